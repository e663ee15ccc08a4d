using EventHistory.Core.Rollups;

namespace EventHistory.Core.Tests.Rollups;

public sealed class RollupSpanTests
{
    private static string Cover(string from, string to, bool minutes = false) =>
        string.Join(", ", RollupSpan.Cover(Given.At(from), Given.At(to), minutes).Select(s => $"{s.Resolution} {s.From:HH:mm}-{s.To:HH:mm}"));

    [Fact]
    public void Whole_hours_are_read_by_the_hour_and_the_ends_by_the_minute()
    {
        Assert.Equal("Minute 09:58-10:00, Hour 10:00-13:00, Minute 13:00-13:03", Cover("09:58:30", "13:02:01"));
        Assert.Equal("Hour 10:00-13:00", Cover("10:00:00", "13:00:00"));
        Assert.Equal("Minute 10:05-10:06", Cover("10:05:30", "10:05:31"));
        Assert.Equal("Minute 10:05-11:55", Cover("10:05:00", "11:55:00"));
        Assert.Equal("Minute 10:00-13:00", Cover("10:00:00", "13:00:00", minutes: true));
    }

    [Fact]
    public void No_range_is_too_wide()
    {
        var spans = RollupSpan.Cover(DateTime.MinValue, DateTime.MaxValue);
        Assert.Equal(DateTime.MinValue, spans[0].From);
        Assert.Equal(9999, spans[^1].To.Year);
        Assert.All(spans.Zip(spans.Skip(1)), pair => Assert.Equal(pair.First.To, pair.Second.From));
    }
}
