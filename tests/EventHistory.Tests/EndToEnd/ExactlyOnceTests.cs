using EventHistory.Benchmarks;
using EventHistory.Tests.Fixtures;
using EventHistory.Tests.Ingest;
using Npgsql;

namespace EventHistory.Tests.EndToEnd;

/// <summary>Promise 1: nothing is lost and nothing is there twice, whoever is killed.</summary>
[Collection(Alone.Name)]
public sealed class ExactlyOnceTests
{
    private enum Victim
    {
        EventHistory, Postgres, Broker,
    }

    private static readonly Victim[] _victims =
    [
        Victim.EventHistory, Victim.Postgres, Victim.EventHistory, Victim.Broker, Victim.EventHistory,
        Victim.EventHistory, Victim.Postgres, Victim.Broker, Victim.EventHistory,
    ];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private readonly CeleryLoad _load = new(Tasks: 26_000) { Start = DateTime.UtcNow.Date };

    [Fact]
    public async Task Every_event_is_recorded_once_although_everybody_is_killed()
    {
        await using var postgres = await PrivatePostgres.Start();
        await using var broker = await RabbitMqNode.Start();
        var feed = new TestFeed(broker.Url);
        var (disturbed, calm) = (postgres.ConnectionString, await CreateDatabase(postgres, "calm"));
        await using var log = NpgsqlDataSource.Create(disturbed);

        await using (var first = await Recorder.Start(feed, disturbed).Ready())
        {
            // the stream is declared: what is published from now on counts
        }
        var publisher = new PausingPublisher(feed, messagesPerSecond: 700);
        var publishing = publisher.Publish(_load);
        await KillThemAll(feed, disturbed, log, postgres, broker, publisher);
        await publishing;

        var truth = await StreamTruth.Read(feed);
        await using (var service = await Recorder.Start(feed, disturbed).Ready())
        {
            await log.WaitForPosition(truth.Count, seconds: 60);
            Assert.Equal(0, await service.Terminate());
        }
        AllRows.Same(truth, await LogProof.Read(log));
        Assert.Empty(_load.Messages().SelectMany(m => StreamTruth.Events(m.Body)).Except(truth));
        Assert.Empty(await log.Rejected());
        Assert.Empty(await log.Gaps());

        await using var calmLog = NpgsqlDataSource.Create(calm);
        await using (var service = await Recorder.Start(feed, calm).Ready())
            await calmLog.WaitForPosition(truth.Count, seconds: 60);
        AllRows.Same(await AllRows.Comparably(calmLog), await AllRows.Comparably(log));
    }

    // Each victim dies while events come in and some were recorded since the one before
    private static async Task KillThemAll(
        TestFeed feed, string database, NpgsqlDataSource log, PrivatePostgres postgres, RabbitMqNode broker, PausingPublisher publisher)
    {
        var random = new Random(20261121);
        var service = Recorder.Start(feed, database);
        try
        {
            foreach (var victim in _victims)
            {
                await log.WaitForPosition(0, seconds: 60);
                await log.WaitForPosition((await log.Position() ?? 0) + 2000 + random.Next(2000), seconds: 60);
                Assert.False(publisher.IsDone, "the generator was done before everybody was killed");
                switch (victim)
                {
                    case Victim.EventHistory:
                        await service.Kill();
                        await service.DisposeAsync();
                        service = Recorder.Start(feed, database);
                        break;
                    case Victim.Postgres:
                        postgres.KillAll();
                        NpgsqlConnection.ClearAllPools();
                        break;
                    case Victim.Broker:
                        publisher.Pause();
                        await broker.Kill();
                        await broker.Restart();
                        publisher.Resume();
                        break;
                }
            }
        }
        finally
        {
            await service.DisposeAsync();
        }
    }

    private static async Task<string> CreateDatabase(PrivatePostgres postgres, string name)
    {
        await using var data = NpgsqlDataSource.Create(postgres.ConnectionString);
#pragma warning disable CA2100 // a name of our own making
        await using var create = data.CreateCommand($"create database {name}");
#pragma warning restore CA2100
        await create.ExecuteNonQueryAsync(Ct);
        return new NpgsqlConnectionStringBuilder(postgres.ConnectionString) { Database = name }.ConnectionString;
    }

    /// <summary>A generator that does not come back to a restarted broker before it takes messages for its streams (see compose/local/rabbitmq).</summary>
    private sealed class PausingPublisher(TestFeed feed, double messagesPerSecond)
    {
        private volatile TaskCompletionSource _running = Completed();
        private volatile bool _done;

        public bool IsDone => _done;

        public async Task Publish(CeleryLoad load)
        {
            await new LoadPublisher(feed.Url, feed.Exchange)
            {
                MessagesPerSecond = messagesPerSecond,
                WhenBroken = ct => _running.Task.WaitAsync(ct),
            }.Publish(load.Messages(), Ct);
            _done = true;
        }

        public void Pause() => _running = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Resume() => _running.SetResult();

        private static TaskCompletionSource Completed()
        {
            var source = new TaskCompletionSource();
            source.SetResult();
            return source;
        }
    }
}
