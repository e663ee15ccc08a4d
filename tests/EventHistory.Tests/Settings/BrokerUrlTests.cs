using EventHistory.Settings;

namespace EventHistory.Tests.Settings;

public sealed class BrokerUrlTests
{
    [Theory]
    [InlineData("amqp://", null)]
    [InlineData("amqp://h", "amqp guest:guest h:5672 /")]
    [InlineData("amqp://h/", "amqp guest:guest h:5672 /")]
    [InlineData("amqp://h//", "amqp guest:guest h:5672 /")]
    [InlineData("amqp://h/%2F", "amqp guest:guest h:5672 /")]
    [InlineData("amqp://h/%2f", "amqp guest:guest h:5672 /")]
    [InlineData("amqp://h/prod", "amqp guest:guest h:5672 prod")]
    [InlineData("amqp://h/a%20b%2Fc", "amqp guest:guest h:5672 a b/c")]
    [InlineData("amqps://h", "amqps guest:guest h:5671 /")]
    [InlineData("AMQP://h", "amqp guest:guest h:5672 /")]
    [InlineData("amqp://u:p%40ss%3A%2F@h:1234/v", "amqp u:p@ss:/ h:1234 v")]
    [InlineData("amqp://u@h", "amqp u:guest h:5672 /")]
    [InlineData("amqp://u:@h", "amqp u: h:5672 /")]
    [InlineData("amqp://[::1]:5672/", "amqp guest:guest ::1:5672 /")]
    [InlineData("amqp://my_rabbit", "amqp guest:guest my_rabbit:5672 /")]
    [InlineData("http://h", null)]
    [InlineData("h:5672", null)]
    [InlineData("", null)]
    [InlineData("amqp://h?heartbeat=5", null)]
    public void A_broker_url_means_what_it_means_to_Celery(string url, string? meaning)
    {
        if (meaning is null)
        {
            Assert.Throws<FormatException>(() => BrokerUrl.Parse(url));
            return;
        }

        var (tls, host, port, user, password, virtualHost) = BrokerUrl.Parse(url);
        Assert.Equal(meaning, $"{(tls ? "amqps" : "amqp")} {user}:{password} {host}:{port} {virtualHost}");
    }

    [Fact]
    public void Its_text_has_no_password() =>
        Assert.Equal("amqps://me@[::1]:5671/a%2Fb", BrokerUrl.Parse("amqps://me:secret@[::1]/a%2Fb").ToString());
}
