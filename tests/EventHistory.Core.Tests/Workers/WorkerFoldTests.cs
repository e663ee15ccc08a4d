using EventHistory.Core.Celery;
using EventHistory.Core.Workers;
using FsCheck;
using FsCheck.Fluent;

namespace EventHistory.Core.Tests.Workers;

public sealed class WorkerFoldTests
{
    private static readonly string[] _types =
        ["worker-online", "worker-heartbeat", "worker-heartbeat", "worker-heartbeat", "worker-offline", "task-started", "task-progress"];

    /// <summary>A worker's rows as the shell merges them: a minimum, two maxima, a union, and what outranks what is there.</summary>
    private sealed class Rows
    {
        private readonly HashSet<WorkerMark> _marks = [];
        private readonly Dictionary<(int, DateTime), WorkerBeat> _minutes = [];
        private DateTime _first = DateTime.MaxValue;
        private DateTime _last = DateTime.MinValue;
        private WorkerBeat? _beat;

        public void Merge(WorkerFold fold)
        {
            _first = fold.FirstAt < _first ? fold.FirstAt : _first;
            _last = fold.LastAt > _last ? fold.LastAt : _last;
            _marks.UnionWith(fold.Marks);
            _beat = fold.LastBeat is { } beat && beat.Outranks(_beat) ? beat : _beat;
            foreach (var (minute, last) in fold.Minutes)
                _minutes[minute] = last.Outranks(_minutes.GetValueOrDefault(minute)) ? last : _minutes[minute];
        }

        public override string ToString() => $"{_first:O} {_last:O} {_beat}\n"
            + string.Join('\n', _minutes.OrderBy(m => m.Key).Select(m => $"{m.Key} {m.Value}")) + "\n"
            + string.Join('\n', _marks.OrderBy(m => (m.At, m.Kind, m.Pid, m.Clock, m.Fingerprint)));
    }

    private static CeleryEvent Beat(string type, string at, int pid = 101, long clock = 1, int? processed = 7) =>
        Given.Event(type, Given.At(at), pid: pid, clock: clock,
            more: [("freq", 2.0), ("active", 1), ("processed", processed), ("loadavg", new[] { 0.5, 1, 2 }), ("sw_ident", "py-celery")]);

    private static WorkerFold Fold(params IEnumerable<CeleryEvent> events)
    {
        var fold = new WorkerFold("celery@w1");
        foreach (var e in events)
            fold.Apply(e, Given.At("12:00:00"));
        return fold;
    }

    [Fact]
    public void Merges_do_not_depend_on_order_repetition_or_batches() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(500), Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), seed =>
        {
            var random = new Random(seed);
            var events = Enumerable.Range(0, random.Next(1, 40)).Select(_ => Given.Event(_types[random.Next(_types.Length)],
                Given.At("10:00:00").AddSeconds(random.Next(200)), pid: random.Next(3), clock: random.Next(4),
                more: [("processed", random.Next(3) == 0 ? null : random.Next(10)), ("freq", random.Next(5)), ("timestamp2", random.Next(3))])).ToList();
            var expected = Merged([events]);
            for (var i = 0; i < 5; i++)
                Assert.Equal(expected, Merged(events.Concat(events.Take(5)).OrderBy(_ => random.Next()).Chunk(random.Next(1, 10))));
        }));

    private static string Merged(IEnumerable<IEnumerable<CeleryEvent>> batches)
    {
        var rows = new Rows();
        foreach (var batch in batches)
            rows.Merge(Fold(batch));
        return rows.ToString();
    }

    [Fact]
    public void A_heartbeat_tells_how_the_worker_is()
    {
        var fold = Fold(
            Beat("worker-online", "10:00:00"),
            Beat("worker-heartbeat", "10:00:59", clock: 5, processed: 9),
            Beat("worker-heartbeat", "10:00:02", clock: 3));
        Assert.Equal((Given.At("10:00:00"), Given.At("10:00:59")), (fold.FirstAt, fold.LastAt));
        var last = fold.LastBeat!;
        Assert.Equal((Given.At("10:00:59"), 9, 2.0, 1, "py-celery"), (last.At, last.Processed, last.Freq, last.Active, last.Software));
        Assert.Equal([0.5, 1.0, 2.0], last.LoadAverage!);
        Assert.Equal([Given.At("10:00:00")], fold.Marks.Select(m => m.At));
    }

    [Fact]
    public void Of_each_process_and_minute_the_last_heartbeat_is_kept()
    {
        var fold = Fold(
            Beat("worker-heartbeat", "10:00:01"),
            Beat("worker-heartbeat", "10:00:59.999999"),
            Beat("worker-heartbeat", "10:01:00"),
            Beat("worker-heartbeat", "10:01:30", pid: 7));
        Assert.Equal([(7, "10:01", "10:01:30"), (101, "10:00", "10:00:59"), (101, "10:01", "10:01:00")],
            fold.Minutes.Select(m => (m.Key.Pid, m.Key.Minute.ToString("HH:mm"), m.Value.At.ToString("HH:mm:ss"))).Order());
    }

    [Fact]
    public void An_answer_without_counts_does_not_hide_the_counts()
    {
        var fold = Fold(Beat("worker-heartbeat", "10:00:01", processed: 9), Beat("worker-heartbeat", "10:00:05", processed: null));
        Assert.Equal((9L, Given.At("10:00:05")), (fold.LastBeat!.Processed, fold.LastAt));
    }

    [Fact]
    public void Task_events_prove_that_the_worker_lives_and_nothing_else()
    {
        var fold = Fold(Given.Event("task-started", Given.At("10:00:01")), Given.Event("task-progress", Given.At("10:00:03"), pid: 555));
        Assert.Equal((Given.At("10:00:01"), Given.At("10:00:03"), null), (fold.FirstAt, fold.LastAt, fold.LastBeat));
        Assert.Empty(fold.Marks);
        Assert.Empty(fold.Minutes);
    }

    [Fact]
    public void It_was_heard_when_the_last_of_its_events_was_recorded_whatever_its_own_clock_says()
    {
        var fold = new WorkerFold("celery@w1");
        fold.Apply(Beat("worker-heartbeat", "10:00:01"), Given.At("12:00:00"));
        fold.Apply(Beat("worker-heartbeat", "09:00:00"), Given.At("12:00:02"));
        fold.Apply(Beat("worker-heartbeat", "13:00:00"), Given.At("12:00:01")); // read again
        fold.Apply(Given.Event("worker-heartbeat", Given.At("10:00:00"), more: ("timestamp", "now")), Given.At("12:00:05"));
        Assert.Equal(Given.At("12:00:02"), fold.HeardAt);
    }

    [Fact]
    public void An_event_without_a_usable_time_is_ignored() =>
        Assert.Equal(DateTime.MaxValue, Fold(Given.Event("worker-heartbeat", Given.At("10:00:00"), more: ("timestamp", "now"))).FirstAt);
}
