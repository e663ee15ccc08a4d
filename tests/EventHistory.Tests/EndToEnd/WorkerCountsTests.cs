using EventHistory.Core.Coverage;
using EventHistory.Queries;
using EventHistory.Tests.Fixtures;
using EventHistory.Tests.Ingest;
using EventHistory.Tests.Queries;

namespace EventHistory.Tests.EndToEnd;

/// <summary>The check that does not rely on the broker: what real workers counted against what was recorded.</summary>
public sealed class WorkerCountsTests(Postgres postgres)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Real_workers_count_what_is_recorded_and_also_what_they_keep_to_themselves()
    {
        await using var node = await RabbitMqNode.Start();
        await using var database = await postgres.CreateDatabase();
        await using var service = await Service.Serve(node.Url, database.ConnectionString).Ready();

        var began = DateTime.UtcNow;
        await using (var celery = await Celery.Start(node.Url))
        {
            await celery.Run("""
                from shop import orders
                from celery import group
                group(orders.place.si(n) for n in range(60)).apply_async()
                """);
            await Until.True(async () => await Started(database) >= 60, "60 tasks started");
        }
        var calm = await Settled(database, began, workers: 2);

        Assert.True(calm.Complete, calm.Reason);
        Assert.EndsWith("is recorded, and the workers' own counts of tasks agree with it.", calm.Reason, StringComparison.Ordinal);
        Assert.All(calm.Sources[0].Workers, w => Assert.Equal((WorkerCheck.Agrees, w.Counted), (w.Verdict, w.Seen)));
        Assert.True(calm.Sources[0].Workers.Sum(w => w.Counted) >= 60);

        var silent = DateTime.UtcNow;
        await using (var celery = await Celery.Start(node.Url))
        {
            // the worker says nothing of these; they are done when the one behind them is
            await celery.Run("""
                from shop import orders
                for n in range(7):
                    orders.touch.apply_async([n])
                """);
            await celery.Run("from shop import orders; orders.place.apply_async([1], task_id='last', countdown=3)");
            await Until.True(async () => (await database.Data.All("select 1 from eventhistory.task where id = 'last' and state = 'SUCCESS'", _ => 1)).Count == 1, "the last task");
        }
        var answer = await Settled(database, silent, workers: 2);

        Assert.False(answer.Complete);
        var missing = Assert.Single(answer.Sources[0].Missing);
        Assert.Equal((MissingPart.TaskStartsKind, 7L), (missing.Kind, missing.TaskStarts));
        Assert.StartsWith("orders@", missing.Worker, StringComparison.Ordinal);
        Assert.Contains("or belong to tasks with send_events=False", missing.Reason, StringComparison.Ordinal);
        Assert.True(missing.From >= CountSpan.Start(silent, CountSpan.Minute) && missing.To <= DateTime.UtcNow.AddMinutes(1));
    }

    /// <summary>A real capture, of which the sample kept every heartbeat and some of the tasks: the workers counted 459 and 372, and 91 and 78 are there.</summary>
    [Fact]
    public async Task A_capture_without_some_of_its_tasks_is_found_out()
    {
        await using var history = await History.Create(postgres);
        foreach (var batch in File.ReadLines(Repository.Path("tests", "EventHistory.Core.Tests", "Celery", "Samples", "celery-events.jsonl")).Chunk(50))
            await history.Record(batch.Concat(batch)); // and everything twice
        var end = DateTime.UnixEpoch.AddSeconds(1795247760.5);
        await history.Record(Enumerable.Range(0, 9).Select(_ => Say.Event("worker-heartbeat", end.AddSeconds(10), ("hostname", "other"))));

        var answer = await history.Coverage.Ask(new CoverageQuery(end.AddMinutes(-1), end, null), end.AddSeconds(11), Ct);

        Assert.Equal([("w1@base", 459, 91, 368), ("w2@base", 372, 78, 294)],
            answer!.Sources[0].Workers.Where(w => w.Verdict == WorkerCheck.Misses).Select(w => (w.Worker, w.Counted, w.Seen, w.MissingAtLeast)));
        Assert.Equal(368 + 294, answer.Sources[0].TaskStartsMissing);
    }

    private static async Task<long> Started(TestDatabase database) =>
        (await database.Data.All("select coalesce(sum(started), 0)::bigint from eventhistory.worker_started where span = 60", row => row.GetInt64(0))).Single();

    // the last counts are compared when what was sent with them has surely come, and the recorder says that it has
    private static async Task<CoverageAnswer> Settled(TestDatabase database, DateTime from, int workers)
    {
        var stopped = DateTime.UtcNow;
        return await Until.NotNull(async () =>
        {
            var now = DateTime.UtcNow;
            var answer = (await new CoverageQueries(database.Data).Ask(new CoverageQuery(from, now, null), now, Ct))!;
            return answer.Sources is [{ RecordedUpTo: { } to } source] && to > stopped + CoverageRules.Settling && source.Workers.Count >= workers ? answer : null;
        }, "the workers' last counts", seconds: 60);
    }
}
