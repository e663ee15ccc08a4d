using EventHistory.Settings;

namespace EventHistory.Tests.Settings;

public sealed class SecretsTests
{
    [Theory]
    [InlineData("amqp://u:secret@h:1/v", "amqp://u:***@h:1/v")]
    [InlineData("amqp://u:sec@ret@h", "amqp://u:***@h")]
    [InlineData("amqp://u:sec/ret@h", "amqp://u:***@h")]
    [InlineData("amqp://:secret@h", "amqp://:***@h")]
    [InlineData("amqp://u@h", "amqp://u@h")]
    [InlineData("postgres://h/db?user=u&password=secret&sslmode=require", "postgres://h/db?user=u&password=***&sslmode=require")]
    [InlineData("Host=h;Password=secret;Database=d", "Host=h;Password=***;Database=d")]
    [InlineData("Host=h;password = 'sec;ret';Database=d", "Host=h;password = ***;Database=d")]
    [InlineData("PWD=secret", "PWD=***")]
    [InlineData("SSL Password=secret", "SSL Password=***")]
    public void A_password_is_masked(string text, string masked) => Assert.Equal(masked, Secrets.Mask(text));
}
