using EventHistory.Tests.Fixtures;
using EventHistory.Tests.Queries;

namespace EventHistory.Tests.Ingest;

public sealed class BatchWriterTests(Postgres postgres)
{
    private static readonly DateTime _at = Say.At("10:00:00");

    /// <summary>More names than the memory holds (100,000) must not make it forget those that cached tasks refer to.</summary>
    [Fact]
    public async Task A_task_outlives_its_hosts_name_in_the_cache()
    {
        await using var history = await History.Create(postgres);
        await history.Record(Say.Received(Say.Id(1), "shop.pay", _at, worker: "celery@old"));
        for (var chunk = 0; chunk < 11; chunk++)
        {
            await history.Record($"[{string.Join(',', Enumerable.Range(chunk * 10_000, 10_000).Select(n => Say.Event("custom-noise", _at, ("hostname", $"host-{n}"))))}]");
        }
        await history.Record(Say.Event("task-started", _at.AddSeconds(1), ("uuid", Say.Id(1)), ("hostname", "celery@new")));
        await history.Record(Say.Event("task-succeeded", _at.AddSeconds(2), ("uuid", Say.Id(1)), ("hostname", "celery@new")));

        const string Sql = "select state, event_count from eventhistory.task";
        Assert.Equal(("SUCCESS", 3), Assert.Single(await history.Data.All(Sql, row => (row.GetString(0), row.GetInt32(1)))));
    }
}
