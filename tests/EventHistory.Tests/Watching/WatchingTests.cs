using EventHistory.Core.Watching;
using EventHistory.Jobs;
using EventHistory.Queries;
using EventHistory.Settings;
using EventHistory.Tests.Fixtures;
using EventHistory.Tests.Queries;
using EventHistory.Watching;

namespace EventHistory.Tests.Watching;

/// <summary>The watching jobs over a history that a real recorder wrote.</summary>
public sealed class WatchingTests(Postgres postgres) : IAsyncLifetime
{
    private static readonly EventHistorySettings _settings = new();
    private static readonly DateTime _now = DateTime.UtcNow;

    private History _history = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _history = await History.Create(postgres);

    public async ValueTask DisposeAsync() => await _history.DisposeAsync();

    private static string Beat(string worker, DateTime at) => Say.Event("worker-heartbeat", at, ("hostname", worker), ("freq", 2.0), ("active", 1), ("processed", 1), ("clock", 9));

    private static string Task(string type, int id, DateTime at, params (string, System.Text.Json.Nodes.JsonNode?)[] more) =>
        Say.Event($"task-{type}", at, [("uuid", Say.Id(id)), ("name", "shop.pay"), ("clock", 10), .. more]);

    // Nothing is sent until now, and the recorder knows it: as its pulse notes
    private async Task RecordedUntilNow() =>
        await Execute("update eventhistory.recorder_run set recorded_to = now(), last_alive_at = now() where ended_at is null");

    private async Task Execute(string sql)
    {
#pragma warning disable CA2100 // of this test
        await using var command = _history.Data.CreateCommand(sql);
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync(Ct);
    }

    private static async Task<IReadOnlyDictionary<string, long>> Run(IScheduledWork work) => (await work.Run(_ => { }, Ct)).Counts;

    private StuckSearch Search => new(_history.Data, new Findings(_history.Data), new UsualTable(_history.Data, TimeProvider.System), _settings);

    private async Task<List<(string Kind, string? Subject)>> Open() =>
        [.. (await new FindingQueries(_history.Data).List(new FindingListQuery([.. StuckKind.All, FindingView.WorkerSilent, FindingView.FailureRegressed], true, null, 100), Ct))
            .Items.Select(f => (f.Kind, f.TaskId ?? f.Worker ?? f.FailureTitle)).Order()];

    [Fact]
    public async Task Tasks_are_found_stuck_each_in_its_way_and_are_let_go_when_an_event_comes()
    {
        var old = _now.AddHours(-3);
        await _history.Record(
            [
                .. Enumerable.Range(1000, 120).SelectMany(i => new[] { Task("received", i, old), Task("started", i, old), Task("succeeded", i, old.AddSeconds(1), ("runtime", 1.0), ("result", "1")) }),
                Beat("celery@w1", _now), Beat("celery@gone", old),
                Task("sent", 1, old), Task("sent", 2, _now.AddMinutes(-5)), Task("sent", 3, old, ("eta", _now.AddDays(1).ToString("O"))),
                Task("received", 4, old), Task("received", 5, _now.AddMinutes(-5)),
                Task("received", 6, old, ("eta", old.AddHours(1).ToString("O"))), Task("received", 7, old, ("eta", _now.AddDays(1).ToString("O"))),
                Task("received", 8, old), Task("started", 8, old), Task("started", 9, _now.AddSeconds(-5)), Task("started", 10, old, ("hostname", "celery@gone")),
                Task("retried", 11, old), Task("retried", 12, _now.AddMinutes(-5)),
            ]);
        await Execute("update eventhistory.worker set last_heard = now() - interval '3 hours' where host_id = (select id from eventhistory.label where value = 'celery@gone')");

        Assert.Equal(0, (await Run(Search))["found"]); // a backlog may be waiting: nobody can tell
        await RecordedUntilNow();
        Assert.Equal(6, (await Run(Search))["found"]);

        Assert.Equal(
            new[]
            {
                (StuckKind.EtaOverdue, Say.Id(6)), (StuckKind.NeverReceived, Say.Id(1)), (StuckKind.RetryNeverCame, Say.Id(11)),
                (StuckKind.RunningLong, Say.Id(8)), (StuckKind.SilentWorker, Say.Id(10)), (StuckKind.Prefetched, Say.Id(4)),
            }.Select(f => (f.Item1, (string?)f.Item2)).Order(), await Open());
        Assert.Equal((0, 6), ((await Run(Search))["found"], (await Run(Search))["open"]));

        // one finishes, one goes on to be stuck in another way, one is gone without a trace
        await _history.Record(Task("succeeded", 8, _now, ("runtime", 9.0), ("result", "1")), Task("received", 1, old.AddSeconds(1), ("clock", 11)));
        await Execute($"delete from eventhistory.task where key = '{Say.Id(11)}'");
        await RecordedUntilNow();
        var counts = await Run(Search);

        Assert.Equal((2, 4), (counts["resolved"], counts["open"]));
        Assert.Contains((StuckKind.Prefetched, Say.Id(1)), await Open());
        var over = (await new FindingQueries(_history.Data).List(new FindingListQuery(StuckKind.All, false, null, 100), Ct)).Items;
        Assert.Equal(["It ended as SUCCESS.", "It is stuck-in-prefetch now."], over.Select(f => f.Resolution).Order());
        Assert.All(over, f => Assert.NotNull(f.ResolvedAt));
    }

    [Fact]
    public async Task A_worker_that_falls_silent_is_noticed_and_so_is_its_return()
    {
        var watch = new WorkerWatch(_history.Data, new Findings(_history.Data));
        await _history.Record(Beat("celery@quiet", _now), Beat("celery@loud", _now), Say.Event("worker-offline", _now, ("hostname", "celery@polite"), ("freq", 2.0)));
        await Execute("update eventhistory.worker set last_heard = now() - interval '5 minutes' where host_id in (select id from eventhistory.label where value in ('celery@quiet', 'celery@polite'))");
        await RecordedUntilNow();

        Assert.Equal(1, (await Run(watch))["found"]);
        Assert.Equal([(FindingView.WorkerSilent, "celery@quiet")], await Open());
        Assert.Equal(0, (await Run(watch))["found"]);

        await _history.Record(Beat("celery@quiet", _now.AddSeconds(2)));
        await RecordedUntilNow();
        Assert.Equal(1, (await Run(watch))["resolved"]);
        Assert.Empty(await Open());
    }

    [Fact]
    public async Task A_failure_that_was_resolved_and_comes_back_is_noticed_until_somebody_decides_again()
    {
        var watch = new FailureWatch(_history.Data);
        await _history.Record(Say.Received(Say.Id(1), "shop.pay", _now.AddHours(-2)), Say.Failed(Say.Id(1), _now.AddHours(-2)));
        await Decide("resolved", "now() - interval '1 hour'");
        Assert.Equal(0, (await Run(watch))["found"]);

        await _history.Record(Say.Received(Say.Id(2), "shop.pay", _now.AddMinutes(-9)), Say.Failed(Say.Id(2), _now.AddMinutes(-9)));
        Assert.Equal(1, (await Run(watch))["found"]);
        Assert.Equal(0, (await Run(watch))["found"]);
        Assert.Equal(FindingView.FailureRegressed, Assert.Single(await Open()).Kind);

        await Decide("ignored", "now()");
        Assert.Equal(1, (await Run(watch))["resolved"]);
        Assert.Empty(await Open());
    }

    private Task Decide(string state, string at) => Execute(
        $"insert into eventhistory.failure_state_change (fingerprint, changed_at, changed_by, state) select fingerprint, {at}, 'ann', '{state}' from eventhistory.failure_group");

    [Fact]
    public async Task What_is_on_disk_is_measured_day_by_day()
    {
        await _history.Record(Say.Received(Say.Id(1), "shop.pay", _now));
        var measure = new StorageMeasuring(_history.Data);
        await Run(measure);
        await Execute("update eventhistory.storage_day set day = day - 1, measured_at = measured_at - interval '1 day', bytes = bytes / 2");

        var bytes = (await Run(measure))["bytes"];
        await Run(measure);

        var storage = await new StorageQueries(_history.Data, _settings with { Database = "", Storage = new() { Capacity = bytes * 2 } }).Read(DateTime.UtcNow, Ct);
        Assert.Equal(2, storage.Days.Count);
        Assert.Equal(7, storage.Parts.Count);
        Assert.InRange(storage.Bytes, 1_000_000, 1_000_000_000);
        Assert.InRange(storage.FullInDays!.Value, 1.8, 2.2); // it grew by half of what it is in a day, and may be twice as large
        await using var size = _history.Data.CreateCommand("select pg_database_size(current_database())");
        Assert.InRange(storage.Bytes, (long)(await size.ExecuteScalarAsync(Ct))! * 0.9, (long)(await size.ExecuteScalarAsync(Ct))! * 1.1);
    }
}
