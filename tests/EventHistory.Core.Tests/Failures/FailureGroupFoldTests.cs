using EventHistory.Core.Celery;
using EventHistory.Core.Failures;

namespace EventHistory.Core.Tests.Failures;

public sealed class FailureGroupFoldTests
{
    private static readonly FailureKind _kind = FailureKind.Of("KeyError('a')", null);

    private static CeleryEvent Sign(string type, string at, string exception, int task = 1) =>
        Given.Event(type, Given.At(at), uuid: $"00000000-0000-4000-9000-{task:000000000000}", more: ("exception", exception));

    private static string Folded(IEnumerable<CeleryEvent> events)
    {
        var group = new FailureGroupFold(_kind);
        foreach (var e in events)
            group.Apply(e);
        return $"{group.FirstSeen:T} {group.LastSeen:T} {group.LastFailed:T} {group.Sample}";
    }

    [Fact]
    public void Neither_order_nor_repetition_changes_a_group()
    {
        CeleryEvent[] events = [Sign("task-retried", "10:00:09", "late retry", 4), Sign("task-failed", "10:00:02", "first"),
            Sign("task-failed", "10:00:05", "latest", 2), Sign("task-failed", "10:00:05", "at the same time", 3), Sign("task-retried", "10:00:01", "early retry")];
        var expected = Folded(events);
        Assert.StartsWith("10:00:01 10:00:09 10:00:05 FailureSample { Failed = True", expected, StringComparison.Ordinal);
        for (var seed = 0; seed < 50; seed++)
        {
            var shuffled = events.Concat(events).ToArray();
            new Random(seed).Shuffle(shuffled);
            Assert.Equal(expected, Folded(shuffled));
        }
    }

    [Fact]
    public void Where_nothing_failed_in_the_end_the_latest_retry_is_the_sample()
    {
        var group = new FailureGroupFold(_kind);
        group.Apply(Sign("task-retried", "10:00:02", new string('x', 499) + "😀"));
        group.Apply(Sign("task-retried", "10:00:01", "earlier"));
        Assert.Null(group.LastFailed);
        Assert.Equal(new string('x', 499) + "…", group.Sample!.Exception);
    }
}
