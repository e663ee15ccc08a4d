using EventHistory.Tests.Fixtures;
using EventHistory.Tests.Ingest;
using EventHistory.Tests.Queries;

namespace EventHistory.Tests.Projections;

public sealed class WorkerActivityTableTests(Postgres postgres)
{
    private const string StartedSql = """
        select format('%s %s %s %s', span, to_char(since at time zone 'UTC', 'DD HH24:MI'), pid, started)
          from eventhistory.worker_started order by span, since, pid
        """;

    private const string CountedSql = """
        select format('%s %s %s %s=%s %s=%s', span, to_char(since at time zone 'UTC', 'DD HH24:MI'), pid,
                   to_char(first_at at time zone 'UTC', 'HH24:MI:SS'), first_processed, to_char(last_at at time zone 'UTC', 'HH24:MI:SS'), last_processed)
          from eventhistory.worker_counted order by span, since, pid
        """;

    private static readonly string[] _day =
    [
        Beat("10:00:01", 0), Started("a", "10:00:10"), Beat("10:00:59", 1), Started("b", "10:01:10"), Started("c", "10:01:20"), Beat("10:01:58", 3),
        Started("a", "11:30:00"), Beat("11:30:01", 4), Beat("11:30:01", 5), Beat("11:30:30", 0, pid: 8), Started("d", "11:30:31", pid: 8),
    ];

    [Fact]
    public async Task Starts_are_counted_per_minute_hour_and_day()
    {
        await using var history = await History.Create(postgres);
        await history.Record(_day);

        Assert.Equal(
            [
                "60 21 10:00 7 1", "60 21 10:01 7 2", "60 21 11:30 7 1", "60 21 11:30 8 1",
                "3600 21 10:00 7 3", "3600 21 11:00 7 1", "3600 21 11:00 8 1",
                "86400 21 00:00 7 4", "86400 21 00:00 8 1",
            ], await Rows(history, StartedSql));
        Assert.Equal(
            [
                "60 21 10:00 7 10:00:01=0 10:00:59=1", "60 21 10:01 7 10:01:58=3 10:01:58=3",
                "60 21 11:30 7 11:30:01=4 11:30:01=5", "60 21 11:30 8 11:30:30=0 11:30:30=0",
                "3600 21 10:00 7 10:00:01=0 10:01:58=3", "3600 21 11:00 7 11:30:01=4 11:30:01=5", "3600 21 11:00 8 11:30:30=0 11:30:30=0",
                "86400 21 00:00 7 10:00:01=0 11:30:01=5", "86400 21 00:00 8 11:30:30=0 11:30:30=0",
            ], await Rows(history, CountedSql));
    }

    [Fact]
    public async Task Neither_order_nor_repetition_nor_batches_matter()
    {
        await using var together = await History.Create(postgres);
        await together.Record(_day);
        var expected = (await Rows(together, StartedSql)).Concat(await Rows(together, CountedSql)).ToList();
        for (var seed = 0; seed < 5; seed++)
        {
            var random = new Random(seed);
            await using var apart = await History.Create(postgres);
            foreach (var batch in _day.Concat(_day).OrderBy(_ => random.Next()).Chunk(1 + seed))
                await apart.Record(batch);
            Assert.Equal(expected, (await Rows(apart, StartedSql)).Concat(await Rows(apart, CountedSql)));
        }
    }

    [Fact]
    public async Task Heartbeats_without_counts_and_counts_that_cannot_be_are_left_out()
    {
        await using var history = await History.Create(postgres);
        await history.Record(
            Say.Event("worker-heartbeat", "10:00:00", ("freq", 5)), Say.Event("worker-heartbeat", "10:00:01", ("processed", -1)),
            Say.Event("worker-heartbeat", "10:00:02", ("processed", long.MaxValue)), Say.Event("task-started", "10:00:03", ("hostname", "w")));

        Assert.Empty(await Rows(history, CountedSql));
        Assert.Empty(await Rows(history, StartedSql)); // of no task
    }

    private static string Started(string id, string at, int pid = 7) => Say.Event("task-started", at, ("uuid", id), ("pid", pid));

    private static string Beat(string at, int processed, int pid = 7) => Say.Event("worker-heartbeat", at, ("processed", processed), ("pid", pid));

    private static Task<List<string>> Rows(History history, string sql) => history.Data.All(sql, row => row.GetString(0));
}
