using EventHistory.Core.Celery;
using EventHistory.Core.Tasks;

namespace EventHistory.Core.Tests.Tasks;

public sealed class StampSetTests
{
    private static Stamp Stamp(EventKind kind, int second, uint fingerprint = 0, int detail = 0) =>
        new(Given.At("10:00:00").AddSeconds(second), kind, second, fingerprint, "celery@w1", 101, detail, kind == EventKind.TaskCustom ? "task-x" : null);

    [Fact]
    public void Stamps_are_distinct_and_ascending()
    {
        var set = new StampSet();
        Assert.True(set.Add(Stamp(EventKind.TaskStarted, 2)));
        Assert.True(set.Add(Stamp(EventKind.TaskReceived, 1)));
        Assert.False(set.Add(Stamp(EventKind.TaskStarted, 2)));
        Assert.True(set.Add(Stamp(EventKind.TaskStarted, 2, fingerprint: 1)));
        Assert.Equal([Stamp(EventKind.TaskReceived, 1), Stamp(EventKind.TaskStarted, 2), Stamp(EventKind.TaskStarted, 2, 1)], set);
    }

    [Fact]
    public void Of_each_kind_the_newest_are_kept_in_any_order()
    {
        var all = Enumerable.Range(0, 1000).SelectMany(i => new[] { Stamp(EventKind.TaskRevoked, i), Stamp(EventKind.TaskReceived, i, detail: 1) }).ToList();
        all.Add(Stamp(EventKind.TaskSent, -5, detail: 1));
        all.Add(Stamp(EventKind.TaskReceived, -5, detail: -2)); // nameless ones have their own room
        var expected = all.Order().Where(s => s.At < Given.At("10:00:00") || s.Clock >= 1000 - StampSet.OfEachKind).ToList();
        var random = new Random(1);
        for (var i = 0; i < 20; i++)
        {
            var set = new StampSet();
            foreach (var stamp in all.OrderBy(_ => random.Next()))
                set.Add(stamp);
            Assert.Equal(expected, set);
        }
    }

    [Fact]
    public void Of_custom_events_only_the_newest_is_kept()
    {
        var set = new StampSet();
        Assert.True(set.Add(Stamp(EventKind.TaskCustom, 5)));
        Assert.False(set.Add(Stamp(EventKind.TaskCustom, 4)));
        Assert.True(set.Add(Stamp(EventKind.TaskStarted, 1)));
        for (var i = 6; i < 5000; i++)
            Assert.True(set.Add(Stamp(EventKind.TaskCustom, i)));
        Assert.Equal([Stamp(EventKind.TaskStarted, 1), Stamp(EventKind.TaskCustom, 4999)], set);
    }

    [Fact]
    public void A_task_with_a_thousand_retries_shows_its_last_attempts_and_stays_small()
    {
        var row = new Row(TaskId.Parse(Given.Id));
        for (var i = 0; i <= 1000; i++)
        {
            var at = Given.At("10:00:00").AddSeconds(10 * i);
            row.Apply(Given.Event("task-received", at.AddSeconds(-1), clock: (4 * i) + 3, more: [("retries", i), ("name", "shop.sync"), ("args", $"({i},)")]));
            row.Apply(Given.Event("task-started", at, clock: (4 * i) + 5));
            row.Apply(i < 1000
                ? Given.Event("task-retried", at.AddSeconds(9.5), clock: (4 * i) + 8, more: ("exception", $"E({i})"))
                : Given.Event("task-failed", at.AddSeconds(5), clock: (4 * i) + 8, more: ("exception", "Last()")));
        }
        row.Reload();
        var attempts = TaskStory.Attempts(row.Fold.Stamps);
        Assert.Equal((TaskStates.Failure, 1000, "(1000,)", "Last()"), (row.State, row.Fold.Retries, row.Content.Args.Text(), row.Content.Exception.Text()));
        var retried = attempts.Where(a => a.State == TaskStates.Retry && a.Started is not null).Select(a => a.Number);
        Assert.Equal(Enumerable.Range(1001 - StampSet.OfEachKind, StampSet.OfEachKind - 1), retried);
        Assert.True(StampCodec.Write(row.Fold.Stamps, _ => 1000).Length < 6000);
        Assert.Equal(Given.At("09:59:59"), row.Fold.FirstAt);
    }
}
