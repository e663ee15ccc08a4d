using EventHistory.Settings;
using Npgsql;

namespace EventHistory.Tests.Settings;

public sealed class PostgresUrlTests
{
    [Theory]
    [InlineData("postgres://u:p@h:1234/d", "Host=h;Port=1234;Username=u;Password=p;Database=d")]
    [InlineData("postgresql://u:p@h/d", "Host=h;Username=u;Password=p;Database=d")]
    [InlineData("postgres://h", "Host=h")]
    [InlineData("postgres:///d", "Host=localhost;Database=d")]
    [InlineData("postgres://", "Host=localhost")]
    [InlineData("postgres://u%40x:p%3A%2F%40%25@h/my%20db", "Host=h;Username=u@x;Password=p:/@%;Database=my db")]
    [InlineData("postgres://u@[::1]:5433/d", "Host=::1;Port=5433;Username=u;Database=d")]
    [InlineData("postgres://u@a:5432,b:5433/d", "Host=a:5432,b:5433;Username=u;Database=d")]
    [InlineData("postgres:///d?host=/var/run/postgresql", "Host=/var/run/postgresql;Database=d")]
    [InlineData("postgres://%2Fvar%2Frun/d", "Host=/var/run;Database=d")]
    [InlineData("postgres:///?dbname=d&user=u&password=p&port=6", "Host=localhost;Database=d;Username=u;Password=p;Port=6")]
    [InlineData("postgres://h/d?sslmode=verify-full&sslrootcert=/ca.pem", "Host=h;Database=d;SSL Mode=VerifyFull;Root Certificate=/ca.pem")]
    [InlineData("postgres://h/d?sslmode=require&connect_timeout=5", "Host=h;Database=d;SSL Mode=Require;Timeout=5")]
    [InlineData("postgres://h/d?application_name=a%20b&Maximum%20Pool%20Size=7", "Host=h;Database=d;Application Name=a b;Maximum Pool Size=7")]
    [InlineData("postgres://h/d?target_session_attrs=read-write", "Host=h;Database=d;Target Session Attributes=read-write")]
    [InlineData("Host=h;Database=d", "Host=h;Database=d")]
    [InlineData("Server=h;User Id=u", "Host=h;Username=u")]
    public void A_database_can_be_named_as_libpq_and_as_Npgsql_do(string text, string connectionString) =>
        Assert.Equal(
            new NpgsqlConnectionStringBuilder(connectionString).ConnectionString.Split(';').Order(),
            PostgresUrl.Parse(text).ConnectionString.Split(';').Order());

    [Theory]
    [InlineData("", "the host is missing")]
    [InlineData("Database=d", "the host is missing")]
    [InlineData("Host=h;Colour=red", "as a connection string it says")]
    [InlineData("nonsense", "as a connection string it says")]
    [InlineData("mysql://h/d", "a URL such as postgres://")]
    [InlineData("postgres://h:port/d", "\"port\" is not a port")]
    [InlineData("postgres://h:70000/d", "\"70000\" is not a port")]
    [InlineData("postgres://h/d?colour=red", "its parameter colour is not understood")]
    [InlineData("postgres://h/d?sslmode=maybe", "its parameter sslmode is not understood")]
    public void What_names_no_database_is_refused_with_a_reason(string text, string reason) =>
        Assert.Contains(reason, Assert.Throws<FormatException>(() => PostgresUrl.Parse(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void Messages_show_no_password() =>
        Assert.Equal("postgres://u@h:5432/d", PostgresUrl.Describe(PostgresUrl.Parse("postgres://u:secret@h/d")));
}
