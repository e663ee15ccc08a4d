using EventHistory.Core.Queries;
using EventHistory.Tests.Fixtures;

namespace EventHistory.Tests.Queries;

public sealed class WorkerQueriesTests(Postgres postgres) : IAsyncLifetime
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private History _history = null!;

    public async ValueTask InitializeAsync() => _history = await History.Create(postgres);

    public ValueTask DisposeAsync() => _history.DisposeAsync();

    [Fact]
    public async Task A_worker_is_shown_with_its_lives()
    {
        await _history.Record(
            Beat("worker-online", "10:00:00", pid: 7, clock: 1, processed: 0),
            Beat("worker-heartbeat", "10:01:30", pid: 7, clock: 50, processed: 12),
            Beat("worker-offline", "10:02:00", pid: 7, clock: 60, processed: 15),
            Beat("worker-online", "10:05:00", pid: 9, clock: 1, processed: 0),
            Beat("worker-heartbeat", "10:05:02", pid: 9, clock: 3, processed: 2));

        var list = await _history.Workers.List(10, DateTime.UtcNow, Ct);

        var worker = Assert.Single(list.Workers);
        Assert.Equal(("celery@w1", "online", 2L, 9), (worker.Hostname, worker.Status, worker.Processed, worker.Pid));
        Assert.Equal([0.1, 0.2, 0.3], worker.LoadAverage);
        Assert.Equal(
            [
                new IncarnationView(9, Say.At("10:05:00"), Say.At("10:05:02"), null, "online", 2),
                new IncarnationView(7, Say.At("10:00:00"), Say.At("10:02:00"), Say.At("10:02:00"), "offline", 15),
            ], worker.Incarnations);
    }

    [Fact]
    public async Task A_worker_that_says_nothing_more_is_silent_and_one_that_said_goodbye_is_offline()
    {
        await _history.Record(
            Beat("worker-online", "10:00:00", pid: 7, clock: 1, processed: 0),
            Beat("worker-online", "10:00:00", pid: 8, clock: 1, processed: 0, host: "celery@w2"),
            Beat("worker-offline", "10:00:01", pid: 8, clock: 2, processed: 0, host: "celery@w2"));

        var list = await _history.Workers.List(10, DateTime.UtcNow.AddMinutes(1), Ct);

        Assert.Equal(["silent", "offline"], list.Workers.OrderBy(w => w.Hostname, StringComparer.Ordinal).Select(w => w.Status));
        Assert.Equal(["celery@w1", "celery@w2"], await _history.Workers.Names(10, Ct));
    }

    [Fact]
    public async Task A_limit_says_how_many_there_are_in_all()
    {
        await _history.Record(Enumerable.Range(1, 5).Select(n => Beat("worker-online", "10:00:00", pid: n, clock: 1, processed: 0, host: $"w{n}")));

        var list = await _history.Workers.List(2, DateTime.UtcNow, Ct);

        Assert.Equal((2, 5L), (list.Workers.Count, list.Total));
    }

    [Fact]
    public async Task One_worker_is_told_with_its_load_over_time()
    {
        await _history.Record(
            Beat("worker-online", "10:00:00", pid: 7, clock: 1, processed: 0),
            Beat("worker-heartbeat", "10:00:30", pid: 7, clock: 2, processed: 1),
            Beat("worker-heartbeat", "10:07:00", pid: 7, clock: 3, processed: 2),
            Say.Event("task-started", "10:07:10", ("uuid", Say.Id(1))), Say.Event("task-started", "10:07:20", ("uuid", Say.Id(2))),
            Beat("worker-online", "10:00:00", pid: 8, clock: 1, processed: 0, host: "celery@w2"));

        var worker = await _history.Workers.Find("celery@w1", new WorkerQuery(null, null), DateTime.UtcNow, Ct);

        Assert.Equal(("celery@w1", 300, 1), (worker!.Worker.Hostname, worker.Bucket.TotalSeconds, worker.Worker.Incarnations.Count));
        Assert.Equal((Say.At("10:07:21").AddDays(-1), Say.At("10:07:21")), (worker.Range.From, worker.Range.To));
        Assert.Equal(
            [
                new WorkerPoint(Say.At("10:00:00"), 1, 1, 1, 0.1, 0.1, 0),
                new WorkerPoint(Say.At("10:05:00"), 1, 1, 1, 0.1, 0.1, 2),
            ], worker.Series);
        Assert.Null(await _history.Workers.Find("celery@w3", new WorkerQuery(null, null), DateTime.UtcNow, Ct));
    }

    [Theory]
    [InlineData(1, 60)]
    [InlineData(24, 300)]
    [InlineData(24 * 30, 3 * 3600)]
    [InlineData(24 * 365 * 20, 30 * 86_400)]
    public async Task A_series_of_any_range_says_the_same(int hours, int bucket)
    {
        await _history.Record(
            Beat("worker-heartbeat", "10:00:30", pid: 7, clock: 2, processed: 1),
            Say.Event("task-started", "10:00:40", ("uuid", Say.Id(1))));

        var to = Say.At("10:30:00");
        var worker = await _history.Workers.Find("celery@w1", new WorkerQuery(to.AddHours(-hours), to), DateTime.UtcNow, Ct);

        Assert.Equal(bucket, worker!.Bucket.TotalSeconds);
        var point = Assert.Single(worker.Series);
        Assert.Equal((1, 1L, 1), (point.Minutes, point.Started, point.ActiveMax));
        Assert.InRange(Say.At("10:00:30") - point.At, TimeSpan.Zero, TimeSpan.FromSeconds(bucket));
    }

    private static string Beat(string type, string at, int pid, int clock, int processed, string host = "celery@w1") => Say.Event(type, at,
        ("hostname", host), ("pid", pid), ("clock", clock), ("freq", 2.0), ("active", 1), ("processed", processed),
        ("loadavg", new System.Text.Json.Nodes.JsonArray(0.1, 0.2, 0.3)), ("sw_ident", "py-celery"), ("sw_ver", "5.4.0"), ("sw_sys", "Linux"));
}
