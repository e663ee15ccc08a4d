using System.Diagnostics;
using EventHistory.Benchmarks;
using EventHistory.Tests.Fixtures;
using EventHistory.Tests.Ingest;

namespace EventHistory.Tests.EndToEnd;

/// <summary>
/// Promise 1 in a backlog: there the rows of open tasks are written late, so whoever takes over has to fold the end of the log
/// again. Killed from its first second on, while it makes the schema and its partitions, and at random points of its work.
/// </summary>
[Collection(Alone.Name)]
public sealed class KillTests(Postgres postgres, RabbitMq rabbit)
{
    private const int EarlyKills = 6;
    private const int KillsAtWork = 10;

    private const string BehindSql = "select next_position - reflected from eventhistory.source";
    private const string WritersSql = "select count(*) from pg_stat_activity where application_name like 'eventhistory writer %' and datname = current_database()";

    private readonly Random _random = new(20261121);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Whenever_it_is_killed_the_log_is_whole_and_the_rows_are_those_of_an_undisturbed_recorder()
    {
        await using var feed = await rabbit.CreateFeed();
        await using var calm = await postgres.CreateDatabase();
        await using var database = await postgres.CreateEmptyDatabase();
        await using (await Recorder.Start(feed, calm.ConnectionString).Ready())
        {
            // the stream is declared: what is published from now on counts
        }
        var publishing = new LoadPublisher(feed.Url, feed.Exchange) { MessagesPerSecond = 1500 }.Publish(new CeleryLoad(Tasks: 60_000, SentInLists: true).Messages(), Ct);
        for (var kill = 0; kill < EarlyKills; kill++)
            await KillEarly(feed, database);
        var foundBehind = 0;
        for (var kill = 0; kill < KillsAtWork; kill++)
        {
            if (await KillAtWork(feed, database) > 0)
                foundBehind++;
        }
        var before = await database.Data.Position();
        await publishing;

        var truth = await StreamTruth.Read(feed);
        Assert.True(before < truth.Count, "all was recorded before the last kill");
        TestContext.Current.TestOutputHelper?.WriteLine($"{foundBehind} of {KillsAtWork} kills left rows that had to be made from the log; {before} of {truth.Count} events were recorded by then");
        Assert.True(foundBehind > 0, "no kill left the log ahead of the rows");
        await Record(feed, database, truth.Count);
        await Record(feed, calm, truth.Count);

        await Verb.Succeeds("verify", database.ConnectionString);
        AllRows.Same(truth, await LogProof.Read(database.Data));
        Assert.Empty(await database.Data.Rejected());
        Assert.Empty(await database.Data.Gaps());
        AllRows.Same(await AllRows.Comparably(calm.Data), await AllRows.Comparably(database.Data));
    }

    // From before its first query to after its first batch
    private async Task KillEarly(TestFeed feed, TestDatabase database)
    {
        await using var service = Recorder.Start(feed, database.ConnectionString);
        await service.Listening();
        var (watch, moment) = (Stopwatch.StartNew(), _random.Next(1000));
        await Until.True(() => watch.ElapsedMilliseconds >= moment, "the moment");
        await service.Kill();
    }

    /// <returns>How many events rows did not show yet.</returns>
    private async Task<long> KillAtWork(TestFeed feed, TestDatabase database)
    {
        await using (var service = Recorder.Start(feed, database.ConnectionString))
        {
            await Until.True(() => service.Output.Contains("Recording default", StringComparison.Ordinal), "a recorder at work");
            await database.WaitForPosition((await database.Data.Position() ?? 0) + 1 + _random.Next(8000), seconds: 60);
            await service.Kill();
        }
        await Until.True(async () => (await database.Data.All(WritersSql, row => row.GetInt64(0)))[0] == 0, "the end of its sessions");
        return Assert.Single(await database.Data.All(BehindSql, row => row.GetInt64(0)));
    }

    private static async Task Record(TestFeed feed, TestDatabase database, long events)
    {
        await using var service = await Recorder.Start(feed, database.ConnectionString).Ready();
        await database.WaitForPosition(events, seconds: 120);
        Assert.Equal(0, await service.Terminate());
    }
}
