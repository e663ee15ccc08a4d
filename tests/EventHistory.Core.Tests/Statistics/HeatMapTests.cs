using EventHistory.Core.Rollups;
using EventHistory.Core.Statistics;

namespace EventHistory.Core.Tests.Statistics;

public sealed class HeatMapTests
{
    private static readonly DateTime _start = new(2026, 11, 21, 10, 0, 0, DateTimeKind.Utc);

    [Fact]
    public void Every_duration_is_in_the_row_that_says_so()
    {
        double[] seconds = [0.002, 0.1, 0.1, 3, 7200];
        var heat = HeatMap.Of(_start, TimeSpan.FromHours(1), [Of(seconds), null, Of([3])]);

        Assert.Equal(3, heat.Columns.Count);
        Assert.All(heat.Columns, column => Assert.Equal(heat.Rows, column.Length));
        Assert.Equal([5, 0, 1], heat.Columns.Select(column => column.Sum()));
        Assert.Equal(2, heat.Most);
        foreach (var second in seconds)
            Assert.True(heat.Columns[0][Row(heat, second)] > 0, $"{second} s");
        Assert.Equal(1, heat.Columns[2][Row(heat, 3)]);
    }

    [Fact]
    public void However_far_apart_durations_are_there_are_few_rows_and_nothing_is_lost()
    {
        var heat = HeatMap.Of(_start, TimeSpan.FromMinutes(1), [Of([0, 1e-9, 1e7])]);

        Assert.InRange(heat.Rows, 1, 40);
        Assert.Equal(3, heat.Columns[0].Sum());
    }

    [Fact]
    public void Where_nothing_was_measured_there_is_nothing_to_show()
    {
        var heat = HeatMap.Of(_start, TimeSpan.FromMinutes(1), [null, new Histogram()]);

        Assert.Equal((0, 0L, 2), (heat.Rows, heat.Most, heat.Columns.Count));
    }

    // what is shorter than all rows say is in the lowest
    private static int Row(HeatMap heat, double seconds) => Enumerable.Range(0, heat.Rows).LastOrDefault(row => heat.Edge(row) <= seconds * 1.01);

    private static Histogram Of(IEnumerable<double> seconds)
    {
        var histogram = new Histogram();
        foreach (var second in seconds)
            histogram.Add(second);
        return histogram;
    }
}
