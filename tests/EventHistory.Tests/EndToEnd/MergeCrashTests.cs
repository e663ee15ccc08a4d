using EventHistory.Tests.Fixtures;
using EventHistory.Tests.Queries;
using EventHistory.Tests.Store;

namespace EventHistory.Tests.EndToEnd;

/// <summary>A merge of segments happens wholly or not at all, whenever the process or the database dies.</summary>
[Collection(Alone.Name)]
public sealed class MergeCrashTests(Postgres postgres)
{
    private const int Hours = 150;
    private const int PerHour = 8;

    [Fact]
    public async Task A_process_that_is_killed_while_it_merges_leaves_the_log_whole()
    {
        await using var history = await SmallSegments.Record(postgres, Hours * PerHour, PerHour, from: DateTime.UtcNow.Date.AddHours(-2 * Hours));
        var log = await LogProof.Read(history.Data);
        var random = new Random(20261121);
        var (left, kills) = (Hours * PerHour, 0);
        while (left > Hours)
        {
            await using var service = Merging(history);
            var enough = left - (random.Next(10, 40) * (PerHour - 1));
            await Until.True(async () => (left = (await history.Segments()).Count) <= Math.Max(enough, Hours), "some merges");
            await service.Kill();
            kills++;

            var verdict = await history.Verify();
            Assert.Null(verdict.Fault);
            Assert.Equal((log.Count, Hours * PerHour), (verdict.Last, verdict.Links));
        }

        Assert.InRange(kills, 4, 1000);
        Assert.Equal(log, await LogProof.Read(history.Data));
    }

    [Fact]
    public async Task Two_processes_on_one_database_merge_it_once()
    {
        await using var history = await SmallSegments.Record(postgres, Hours * PerHour, PerHour, from: DateTime.UtcNow.Date.AddHours(-2 * Hours));
        await using var first = Merging(history);
        await using var second = Merging(history);

        await Until.True(async () => (await history.Segments()).Count == Hours, "all merges");

        Assert.Null((await history.Verify()).Fault);
        Assert.Equal(0, await first.Terminate());
        Assert.Equal(0, await second.Terminate());
        await using var failed = history.Data.CreateCommand("select count(*) from eventhistory.job_run where outcome = 'failed'");
        Assert.Equal(0L, await failed.ExecuteScalarAsync(TestContext.Current.CancellationToken));
    }

    private static Service Merging(History history) => Service.Start(["serve", "--port", "0", "--database", history.ConnectionString],
        new Dictionary<string, string?> { ["EVENTHISTORY_ROLES"] = "jobs", ["EventHistory__Jobs__MergeSegments"] = "* * * * * ?" });
}
