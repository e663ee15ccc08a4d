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

    private static string Beat(string type, string at, int pid, int clock, int processed, string host = "celery@w1") => Say.Event(type, at,
        ("hostname", host), ("pid", pid), ("clock", clock), ("freq", 2.0), ("active", 1), ("processed", processed),
        ("loadavg", new System.Text.Json.Nodes.JsonArray(0.1, 0.2, 0.3)), ("sw_ident", "py-celery"), ("sw_ver", "5.4.0"), ("sw_sys", "Linux"));
}
