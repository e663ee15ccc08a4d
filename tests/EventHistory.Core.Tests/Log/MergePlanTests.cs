using EventHistory.Core.Log;

namespace EventHistory.Core.Tests.Log;

public sealed class MergePlanTests
{
    private static readonly DateTime _eight = new(2026, 11, 20, 8, 0, 0, DateTimeKind.Utc);
    private static readonly DateTime _late = _eight.AddDays(1);

    private static List<SegmentSize> Log(params (int Count, long Bytes, int Epoch, TimeSpan At)[] segments)
    {
        var (log, position) = (new List<SegmentSize>(), 1L);
        foreach (var (count, bytes, epoch, at) in segments)
        {
            log.Add(new SegmentSize(position, count, bytes, epoch, _eight + at));
            position += count;
        }
        return log;
    }

    private static List<SegmentSize> Log(params int[] counts) => Log([.. counts.Select(c => (c, c * 300L, 1, TimeSpan.Zero))]);

    private static List<MergeRun> Plan(IEnumerable<SegmentSize> log, DateTime? closedBefore = null)
    {
        var plan = new MergePlan(closedBefore ?? _late);
        var runs = log.TakeWhile(_ => !plan.IsOver).Select(plan.Add).OfType<MergeRun>().ToList();
        return plan.End() is { } last ? [.. runs, last] : runs;
    }

    private static List<SegmentSize> Merge(List<SegmentSize> log, List<MergeRun> runs) =>
    [
        .. log.Where(s => !runs.Exists(r => s.FirstPosition >= r.First && s.FirstPosition < r.Next)).Concat(runs.Select(r =>
        {
            var parts = log.FindAll(s => s.FirstPosition >= r.First && s.FirstPosition < r.Next);
            return parts[0] with { Count = parts.Sum(p => p.Count), Bytes = parts.Sum(p => p.Bytes) };
        })).OrderBy(s => s.FirstPosition),
    ];

    [Fact]
    public void Small_neighbours_become_one_of_about_a_thousand_events()
    {
        var runs = Plan(Log([.. Enumerable.Repeat(3, 1000)]));
        Assert.Equal([999, 999, 999], runs.Take(3).Select(r => r.Next - r.First));
        Assert.Equal([333, 333, 333], runs.Take(3).Select(r => r.Segments));
    }

    [Fact]
    public void One_alone_and_large_ones_are_left_as_they_are()
    {
        Assert.Empty(Plan(Log(3)));
        Assert.Empty(Plan(Log(500, 900, 1000)));
        Assert.Empty(Plan(Log(500, 3, 500)));
        Assert.Equal(new MergeRun(501, 506, 2, _eight), Assert.Single(Plan(Log(500, 2, 3, 1000))));
        Assert.Empty(Plan(Log((1, 2_500_000, 1, TimeSpan.Zero), (1, 100, 1, TimeSpan.Zero), (1, 2_500_000, 1, TimeSpan.Zero))));
    }

    [Fact]
    public void Hours_and_epochs_are_kept_apart_and_nothing_is_put_over_a_gap()
    {
        var minute = TimeSpan.FromMinutes(1);
        Assert.Empty(Plan(Log((1, 9, 1, 59 * minute), (1, 9, 1, 60 * minute))));
        Assert.Empty(Plan(Log((1, 9, 1, minute), (1, 9, 2, minute))));
        var log = Log(1, 1, 1);
        Assert.Empty(Plan([log[0], log[2]]));
    }

    [Fact]
    public void An_hour_that_is_not_over_ends_the_plan()
    {
        var minute = TimeSpan.FromMinutes(1);
        var log = Log((1, 9, 1, 30 * minute), (1, 9, 1, 31 * minute), (1, 9, 1, 61 * minute), (1, 9, 1, 62 * minute));
        Assert.Empty(Plan(log, _eight.AddMinutes(59)));
        Assert.Equal(1, Assert.Single(Plan(log, _eight.AddMinutes(60))).First);
        Assert.Equal(2, Plan(log, _eight.AddMinutes(120)).Count);
    }

    [Fact]
    public void Whatever_comes_is_within_bounds_and_needs_no_second_merge()
    {
        var random = new Random(11);
        for (var round = 0; round < 300; round++)
        {
            var (most, heavy) = (random.Next(2, 1200), random.Next(2) == 0);
            var log = Log([.. Enumerable.Range(0, random.Next(1, 400)).Select(i =>
            {
                var count = random.Next(1, most);
                return (count, heavy ? random.Next(100, 3_000_000) : count * 300L, 1 + (i / 150), TimeSpan.FromMinutes(i / 3));
            })]);
            var runs = Plan(log);
            var merged = Merge(log, runs);

            Assert.Equal(log.Sum(s => s.Count), merged.Sum(s => s.Count));
            Assert.All(runs, run => Assert.InRange(run.Next - run.First, 2, MergePlan.MaxEvents));
            Assert.All(merged.Where(s => !log.Contains(s)), s => Assert.InRange(s.Bytes, 1, MergePlan.MaxBytes));
            Assert.Empty(Plan(merged));
        }
    }
}
