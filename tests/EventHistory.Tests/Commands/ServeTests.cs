using System.Globalization;
using System.Net;
using System.Net.Sockets;
using EventHistory.Tests.Fixtures;
using Npgsql;

namespace EventHistory.Tests.Commands;

/// <summary>How <c>serve</c> starts and ends. No broker is there: that must not matter here.</summary>
public sealed class ServeTests(Postgres postgres) : IDisposable
{
    private const string NoBroker = "amqp://127.0.0.1:1";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task SIGTERM_ends_it_with_0()
    {
        await using var database = await postgres.CreateDatabase();
        await using var service = await Service.Serve(NoBroker, database.ConnectionString).Listening();

        Assert.Equal(0, await service.Terminate());
        Assert.Equal("", service.Errors);
    }

    [Fact]
    public async Task Without_a_database_it_runs_a_private_one_and_stops_it()
    {
        await using var service = await Private().Listening();
        var server = PostmasterProcess();

        Assert.Equal(0, await service.Terminate());
        Assert.False(Signals.IsAlive(server));
    }

    [Fact]
    public async Task After_a_SIGKILL_the_next_one_takes_over_the_private_database()
    {
        await using var killed = await Private().Listening();
        var server = PostmasterProcess();
        await killed.Kill();

        await using var next = await Private().Listening();

        Assert.False(Signals.IsAlive(server));
        Assert.NotEqual(server, PostmasterProcess());
        Assert.Equal(0, await next.Terminate());
    }

    [Fact]
    public async Task A_second_one_on_the_same_folder_ends_with_1()
    {
        await using var first = await Private().Listening();
        await using var second = Private();

        Assert.Equal(1, await second.Exited());
        CommandLineTests.AssertOneSentence(second, "is in use by another eventhistory");
        Assert.Equal(0, await first.Terminate());
    }

    [Fact]
    public async Task A_port_that_is_taken_ends_it_with_1()
    {
        await using var database = await postgres.CreateDatabase();
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var port = ((IPEndPoint)other.LocalEndpoint).Port;
        await using var service = Service.Start(["serve", "--port", $"{port}", "--broker", NoBroker, "--database", database.ConnectionString]);

        Assert.Equal(1, await service.Exited());
        CommandLineTests.AssertOneSentence(service, $"Port {port} of 127.0.0.1 is in use");
    }

    [Fact]
    public async Task It_waits_for_a_database_that_is_away_and_answers_healthz_meanwhile()
    {
        await using var service = await Service.Serve(NoBroker, "postgres://u:secret@127.0.0.1:1/d").Listening();

        await Until.True(() => service.Output.Contains("The database does not answer", StringComparison.Ordinal), "a word about the database");
        using var answer = await service.Http.GetAsync(new Uri("/healthz", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(0, await service.Terminate());
        Assert.DoesNotContain("secret", service.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Password=wrong;Username=eh_nobody", "refused the login")]
    [InlineData("Database=eh_no_such_database", "does not exist: create it with createdb")]
    public async Task A_database_that_will_never_answer_ends_it_with_1(string changed, string sentence)
    {
        await using var database = await postgres.CreateDatabase();
        var wrong = new NpgsqlConnectionStringBuilder(database.ConnectionString);
        foreach (var part in changed.Split(';').Select(p => p.Split('=')))
            wrong[part[0]] = part[1];
        await using var service = Service.Serve(NoBroker, wrong.ConnectionString);

        Assert.Equal(1, await service.Exited());
        CommandLineTests.AssertOneSentence(service, sentence);
    }

    [Fact]
    public async Task A_database_newer_than_the_program_ends_it_with_1()
    {
        await using var database = await postgres.CreateDatabase();
        await using var future = database.Data.CreateCommand("insert into eventhistory.schema_migration (version, name) values (9999, 'the_future')");
        await future.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        await using var service = Service.Serve(NoBroker, database.ConnectionString);

        Assert.Equal(1, await service.Exited());
        CommandLineTests.AssertOneSentence(service, "The database's schema has version 9999, but this EventHistory knows only up to");
    }

    private Service Private() => Service.Start(["serve", "--port", "0", "--broker", NoBroker, "--data", _folder.Path]);

    private int PostmasterProcess() => int.Parse(
        File.ReadLines(Path.Combine(_folder.Path, "postgres", "cluster", "postmaster.pid")).First(), CultureInfo.InvariantCulture);
}
