using System.Diagnostics;
using EventHistory.Benchmarks;
using EventHistory.Tests.Fixtures;
using EventHistory.Tests.Ingest;
using EventHistory.Tests.Projections;

namespace EventHistory.Tests.EndToEnd;

/// <summary>Promise: a prune that is killed, whenever, leaves what the next one completes.</summary>
[Collection(Alone.Name)]
public sealed class PruneCrashTests(Postgres postgres)
{
    private const int Tasks = 30_000;
    private const int Kept = 9_000;
    private const int Days = 6;

    private const string TasksSql = "select count(*) from eventhistory.task";
    private const string SessionsSql = "select count(*) from pg_stat_activity where application_name = 'eventhistory' and datname = current_database() and pid <> pg_backend_pid()";
    private const string SchemasSql = "select count(*) from pg_namespace where nspname in ('eventhistory_prune', 'eventhistory_pruned')";
    private const string UndecidedSql = "select count(*) from eventhistory.prune_receipt where pruned_at is null";

    private static readonly Dictionary<string, string?> _policy = new() { ["EventHistory__Retention__MaxTasks"] = $"{Kept}" };

    [Fact]
    public async Task A_prune_that_is_killed_is_completed_by_the_next()
    {
        await using var database = await postgres.CreateDatabase();
        await Record(database, DateTime.UtcNow.AddDays(-Days));
        var random = new Random(20261121);
        var (kills, inTheMiddle, code) = (0, 0, -1);
        for (var most = 200; code != 0; most += 200)
        {
            await using var prune = Service.Start(["prune", "--database", database.ConnectionString], _policy);
            await Until.True(async () => await Count(database, SchemasSql) > 0 || prune.HasExited, "its beginning");
            var (watch, moment) = (Stopwatch.StartNew(), random.Next(most));
            await Until.True(() => watch.ElapsedMilliseconds >= moment || prune.HasExited, "the moment");
            if (prune.HasExited)
            {
                code = await prune.Exited();
                Assert.True(code == 0, prune.Output + prune.Errors);
                break;
            }
            await prune.Kill();
            await Until.True(async () => await Count(database, SessionsSql) == 0, "the end of its sessions");
            kills++;
            inTheMiddle += await Count(database, TasksSql) is < Tasks and > Kept + 100 || await Count(database, UndecidedSql) > 0 ? 1 : 0;
            await Verb.Succeeds("verify", database.ConnectionString);
        }
        TestContext.Current.TestOutputHelper?.WriteLine($"{kills} kills, {inTheMiddle} of them with some tasks gone and others not");

        Assert.InRange(kills, 3, 1000);
        Assert.InRange(inTheMiddle, 1, kills);
        Assert.InRange(await Count(database, TasksSql), Kept, Kept + 1100); // workflows at the edge stay whole: those of the batch that is cut
        Assert.Equal((0, 0), (await Count(database, SchemasSql), await Count(database, UndecidedSql)));
        await Verb.Succeeds("verify", database.ConnectionString);
        var rows = await AllRows.Exactly(database.Data);
        await Verb.Succeeds("rebuild", database.ConnectionString);
        AllRows.Same(rows, await AllRows.Exactly(database.Data));
    }

    private static async Task Record(TestDatabase database, DateTime start)
    {
        var load = new CeleryLoad(Tasks, SentInLists: true) { Start = start, EventsPerSecond = Tasks * CeleryLoad.EventsPerTask / TimeSpan.FromDays(Days).TotalSeconds };
        var clock = new SetClock(start);
        await using var scribe = await Scribe.On(database, clock);
        var slices = 0;
        foreach (var batch in Enumerable.Range(0, load.Slices).Select(load.Slice).Chunk(8))
        {
            clock.Now = start.AddDays((double)Days * (slices += batch.Length) / load.Slices);
            await scribe.Record(batch.SelectMany(slice => slice).Select(message => message.Body), isFull: true);
        }
        await scribe.Record(Enumerable.Empty<byte[]>());
    }

    private static async Task<long> Count(TestDatabase database, string sql) => (await database.Data.All(sql, row => row.GetInt64(0))).Single();
}
