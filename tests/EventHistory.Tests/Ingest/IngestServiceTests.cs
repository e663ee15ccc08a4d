using System.Diagnostics;
using System.Net;
using EventHistory.Settings;
using EventHistory.Tests.Commands;
using EventHistory.Tests.Fixtures;
using Npgsql;

namespace EventHistory.Tests.Ingest;

/// <summary>Recording goes on for as long as the process lives, and another process takes over when it does not.</summary>
public sealed class IngestServiceTests(Postgres postgres, RabbitMq rabbit)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_second_instance_takes_over_within_5_seconds()
    {
        await using var feed = await rabbit.CreateFeed();
        await using var database = await postgres.CreateDatabase();
        await using var first = await Recorder.Start(feed, database.ConnectionString).Ready();
        await using var second = await Recorder.Start(feed, database.ConnectionString).Ready();
        await using var sender = await Sender.Connect(feed);
        Assert.Equal("recording", await Writer(first));
        Assert.Equal("standby", await Writer(second));
        await sender.SendNumbered(1, 1000);
        await database.WaitForPosition(1000);

        await first.Kill();
        var killed = Stopwatch.GetTimestamp();
        await sender.SendNumbered(1001, 1000);
        await database.WaitForPosition(2000);

        Assert.True(Stopwatch.GetElapsedTime(killed) < TimeSpan.FromSeconds(5), $"it took {Stopwatch.GetElapsedTime(killed)}");
        Assert.Equal("recording", await Writer(second));
        Assert.Equal(Enumerable.Range(1, 2000), (await database.Numbers()).Order());
    }

    [Fact]
    public async Task A_writer_that_was_frozen_and_replaced_records_nothing_twice()
    {
        await using var feed = await rabbit.CreateFeed();
        await using var database = await postgres.CreateDatabase();
        await using var first = await Recorder.Start(feed, database.ConnectionString).Ready();
        await using var second = await Recorder.Start(feed, database.ConnectionString).Ready();
        await using var sender = await Sender.Connect(feed);
        await sender.SendNumbered(1, 100);
        await database.WaitForPosition(100);

        Signals.Send(first.ProcessId, Signals.Stop);
        await EndWriterSessions(database);
        await sender.SendNumbered(101, 100);
        await database.WaitForPosition(200);
        Signals.Send(first.ProcessId, Signals.Continue);
        await sender.SendNumbered(201, 100);
        await database.WaitForPosition(300);
        await Until.True(async () => await Writer(first) == "standby", "the first one standing by");

        Assert.Equal("recording", await Writer(second));
        Assert.Equal(Enumerable.Range(1, 300), (await database.Numbers()).Order());
    }

    [Fact]
    public async Task It_waits_for_a_broker_that_is_down_at_start()
    {
        await using var feed = await rabbit.CreateFeed();
        await using var database = await postgres.CreateDatabase();
        var broker = BrokerUrl.Parse(feed.Url);
        await using var door = Door.To(broker.Host, broker.Port);
        var url = new UriBuilder(feed.Url) { Host = "127.0.0.1", Port = door.Port }.ToString();
        await using var service = await Recorder.Start(feed, url, database.ConnectionString).Listening();

        await Until.True(() => service.Output.Contains("Recording stopped", StringComparison.Ordinal), "a word about the broker");
        Assert.Equal(HttpStatusCode.OK, await Status(service, "/healthz"));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await Status(service, "/readyz"));

        door.Open();
        await service.Ready();
        await using var sender = await Sender.Connect(feed);
        await sender.SendNumbered(1, 10);
        await database.WaitForPosition(10);
    }

    [Fact]
    public async Task It_waits_for_a_database_that_is_down_at_start()
    {
        await using var feed = await rabbit.CreateFeed();
        await using var database = await postgres.CreateEmptyDatabase();
        var server = new NpgsqlConnectionStringBuilder(database.ConnectionString);
        await using var door = Door.To(server.Host!, server.Port);
        (server.Host, server.Port) = ("127.0.0.1", door.Port);
        await using var service = await Recorder.Start(feed, server.ConnectionString).Listening();

        Assert.Equal(HttpStatusCode.OK, await Status(service, "/healthz"));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await Status(service, "/readyz"));

        door.Open();
        await service.Ready();
        await using var sender = await Sender.Connect(feed);
        await sender.SendNumbered(1, 10);
        await database.WaitForPosition(10);
    }

    [Fact]
    public async Task Lines_that_break_again_and_again_lose_and_double_nothing()
    {
        await using var feed = await rabbit.CreateFeed();
        await using var database = await postgres.CreateDatabase();
        var (server, broker) = (new NpgsqlConnectionStringBuilder(database.ConnectionString), BrokerUrl.Parse(feed.Url));
        await using var toDatabase = Door.To(server.Host!, server.Port);
        await using var toBroker = Door.To(broker.Host, broker.Port);
        (server.Host, server.Port) = ("127.0.0.1", toDatabase.Port);
        toDatabase.Open();
        toBroker.Open();
        await using var service = await Recorder.Start(feed, new UriBuilder(feed.Url) { Host = "127.0.0.1", Port = toBroker.Port }.ToString(), server.ConnectionString,
            ("Batch__Events", "20"), ("Backoff__Max", "00:00:00.5")).Ready();
        await using var sender = await Sender.Connect(feed);

        var recorded = 0L;
        for (var round = 0; round < 10; round++)
        {
            var sending = sender.SendNumbered((round * 1000) + 1, 1000);
            await database.WaitForPosition(recorded + 200);
            var door = round % 2 == 0 ? toDatabase : toBroker;
            door.Close();
            await sending;
            door.Open();
            recorded = await database.Data.Position() ?? recorded;
        }
        await database.WaitForPosition(10_000);

        Assert.Equal(Enumerable.Range(1, 10_000), (await database.Numbers()).Order());
        Assert.Empty(await database.Data.Gaps());
    }

    [Fact]
    public async Task A_login_that_is_wrong_ends_it_with_1()
    {
        await using var feed = await rabbit.CreateFeed();
        await using var database = await postgres.CreateDatabase();
        var url = new UriBuilder(feed.Url) { UserName = "nobody", Password = "hidden" }.ToString();
        await using var service = Recorder.Start(feed, url, database.ConnectionString);

        Assert.Equal(1, await service.Exited().WaitAsync(TimeSpan.FromSeconds(30), Ct));
        CommandLineTests.AssertOneSentence(service, "refused the login: give the right user and password with --broker");
        Assert.DoesNotContain("hidden", service.Output + service.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_classic_queue_of_the_streams_name_ends_it_with_1()
    {
        await using var feed = await rabbit.CreateFeed();
        await using var database = await postgres.CreateDatabase();
        await using (var sender = await Sender.Connect(feed))
            await sender.Channel.QueueDeclareAsync(feed.Stream, durable: true, exclusive: false, autoDelete: false, cancellationToken: Ct);
        await using var service = Recorder.Start(feed, database.ConnectionString);

        Assert.Equal(1, await service.Exited().WaitAsync(TimeSpan.FromSeconds(30), Ct));
        CommandLineTests.AssertOneSentence(service, $"The queue {feed.Stream} exists and is no stream");
    }

    [Fact]
    public async Task A_direct_exchange_of_that_name_ends_it_with_1()
    {
        await using var feed = await rabbit.CreateFeed();
        await using var database = await postgres.CreateDatabase();
        await using (var sender = await Sender.Connect(feed))
            await sender.Channel.ExchangeDeclareAsync(feed.Exchange, "direct", durable: true, autoDelete: false, cancellationToken: Ct);
        await using var service = Recorder.Start(feed, database.ConnectionString);

        Assert.Equal(1, await service.Exited().WaitAsync(TimeSpan.FromSeconds(30), Ct));
        CommandLineTests.AssertOneSentence(service, $"The exchange {feed.Exchange} is no topic exchange");
    }

    /// <summary>By Celery's own code, before and after ours: neither may refuse what the other declared.</summary>
    [Fact]
    public async Task The_exchange_is_declared_exactly_as_Celery_declares_it()
    {
        await using var feed = await rabbit.CreateFeed();
        await using var database = await postgres.CreateDatabase();

        await DeclareByCelery(feed);
        await using (await Recorder.Start(feed, database.ConnectionString).Ready())
        {
            // it found Celery's exchange
        }
        await using (var sender = await Sender.Connect(feed))
            await sender.Channel.ExchangeDeleteAsync(feed.Exchange, cancellationToken: Ct);
        await using var service = await Recorder.Start(feed, database.ConnectionString).Ready();
        await DeclareByCelery(feed); // now it finds ours
    }

    [Fact]
    public async Task SIGTERM_finishes_the_batch_in_hand()
    {
        await using var feed = await rabbit.CreateFeed();
        await using var database = await postgres.CreateDatabase();
        (string, string)[] settings = [("Batch__Events", "50")];
        var service = await Recorder.Start(feed, database.ConnectionString, settings).Ready();
        await using var sender = await Sender.Connect(feed);

        for (var round = 0; round < 3; round++)
        {
            var sending = sender.SendNumbered((round * 5000) + 1, 5000);
            await database.WaitForPosition((round * 5000) + 500);
            Assert.Equal(0, await service.Terminate());
            Assert.Equal("", service.Errors);
            await service.DisposeAsync();
            await sending;
            service = await Recorder.Start(feed, database.ConnectionString, settings).Ready();
        }
        await database.WaitForPosition(15_000);
        await service.DisposeAsync();

        Assert.Equal(Enumerable.Range(1, 15_000), (await database.Numbers()).Order());
    }

    private static async Task DeclareByCelery(TestFeed feed)
    {
        const string Script = """
            import sys
            from celery import Celery
            from celery.events.event import get_exchange
            app = Celery(broker=sys.argv[1])
            with app.connection_for_write() as connection:
                get_exchange(connection, name=sys.argv[2])(connection.default_channel).declare()
            """;
        await using var python = new Child("/usr/bin/python3", ["-W", "ignore", "-c", Script, feed.Url, feed.Exchange], new Dictionary<string, string?>());
        Assert.True(await python.Exited() == 0, python.Errors);
    }

    private const string EndWritersSql = """
        select count(pg_terminate_backend(pid)) from pg_stat_activity where datname = current_database() and application_name like 'eventhistory writer %'
           and exists (select from pg_locks l where l.pid = pg_stat_activity.pid and l.locktype = 'advisory')
        """;

    private static async Task EndWriterSessions(TestDatabase database) =>
        Assert.Equal([1L], await database.Data.All(EndWritersSql, row => row.GetInt64(0)));

    private static async Task<HttpStatusCode> Status(Service service, string path)
    {
        using var answer = await service.Http.GetAsync(new Uri(path, UriKind.Relative), Ct);
        return answer.StatusCode;
    }

    private static async Task<string?> Writer(Service service)
    {
        using var answer = await service.Http.GetAsync(new Uri("/readyz", UriKind.Relative), Ct);
        using var json = System.Text.Json.JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Ct));
        return json.RootElement.GetProperty("writer").GetString();
    }
}
