using EventHistory.Core.Retention;

namespace EventHistory.Core.Tests.Retention;

/// <summary>What goes by number and by size, and how a partition loses it.</summary>
public sealed class PruneRulesTests
{
    [Theory]
    [InlineData(100, 0, 0)] // as many as there are
    [InlineData(1000, 0, 0)]
    [InlineData(null, 0, 0)]
    [InlineData(99, 0, 1)]
    [InlineData(90, 1, 0)] // exactly the first day
    [InlineData(80, 1, 10)]
    [InlineData(1, 3, 9)]
    public void The_newest_so_many_stay(int? most, int days, long ofNext) =>
        Assert.Equal(new CountHorizon(days, ofNext), CountHorizon.Of([10, 50, 30, 10], most));

    [Fact]
    public void An_empty_day_goes_with_those_before_it_or_stays() =>
        Assert.Equal(new CountHorizon(2, 5), CountHorizon.Of([10, 0, 50], 45));

    [Theory]
    [InlineData(null, null)]
    [InlineData(1000L, null)]
    [InlineData(599L, 2)]
    [InlineData(400L, 3)]
    [InlineData(1L, 3)] // today stays, however large it is
    public void The_oldest_days_go_until_the_rest_is_small_enough(long? most, int? before)
    {
        (DateOnly, long)[] days = [(new(2026, 1, 1), 100), (new(2026, 1, 2), 200), (new(2026, 1, 3), 150)];
        Assert.Equal(before is { } day ? new DateTime(2026, 1, day, 0, 0, 0, DateTimeKind.Utc) : null, BytesHorizon.Of(days, 150, most));
    }

    [Theory]
    [InlineData(1000, 0, PartitionFate.Stays)]
    [InlineData(1000, 1000, PartitionFate.Dropped)]
    [InlineData(1000, 20, PartitionFate.LosesRows)]
    [InlineData(1000, 21, PartitionFate.Rewritten)]
    [InlineData(10_000_000, 5000, PartitionFate.LosesRows)]
    [InlineData(10_000_000, 5001, PartitionFate.Rewritten)]
    public void A_partition_is_dropped_or_written_anew_and_only_a_handful_deleted(long rows, long going, PartitionFate fate) =>
        Assert.Equal(fate, PruneDecision.OfTasks(rows, going));

    [Fact]
    public void A_day_of_the_log_is_written_anew_when_most_of_it_is_gone()
    {
        Assert.True(PruneDecision.RewritesLog(100, 50));
        Assert.False(PruneDecision.RewritesLog(100, 49));
        Assert.False(PruneDecision.RewritesLog(0, 0));
    }

    [Fact]
    public void Every_key_is_found_in_its_chunk_and_no_other()
    {
        var random = new Random(3);
        Guid Next()
        {
            var bytes = new byte[16];
            random.NextBytes(bytes);
            return new Guid(bytes);
        }
        var keys = Enumerable.Range(0, 3000).Select(_ => Next()).ToList();
        var sorted = keys.ConvertAll(PrunedKeys.Of);
        sorted.Sort();
        var chunk = PrunedKeys.Pack([.. sorted]);
        Assert.All(keys, key => Assert.True(PrunedKeys.Holds(chunk, PrunedKeys.Of(key))));
        Assert.All(Enumerable.Range(0, 3000), _ => Assert.False(PrunedKeys.Holds(chunk, PrunedKeys.Of(Next()))));
        var unpacked = new List<long>();
        PrunedKeys.Unpack(chunk, unpacked);
        Assert.Equal(sorted, unpacked);

        var tasks = new PrunedTasks();
        tasks.Add([.. sorted], before: 500);
        Assert.True(tasks.Contains(keys[7], 499));
        Assert.False(tasks.Contains(keys[7], 500)); // recorded afterwards: it has a row
        Assert.False(tasks.Contains(Next(), 1));
    }

    [Fact]
    public void Neighbouring_stretches_are_told_as_one()
    {
        var day = new DateTime(2026, 11, 1, 0, 0, 0, DateTimeKind.Utc);
        PrunedRange Range(double from, double to, long tasks) => new(day.AddHours(from), day.AddHours(to), tasks, day.AddDays(30));
        Assert.Equal([Range(0, 48, 30), Range(60, 70, 5)], PrunedRange.Joined([Range(0, 24, 10), Range(23, 47.99, 15), Range(24, 48, 5), Range(60, 70, 5)]));
    }
}
