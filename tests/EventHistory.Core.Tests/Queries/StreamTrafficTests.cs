using EventHistory.Core.Queries;

namespace EventHistory.Core.Tests.Queries;

public sealed class StreamTrafficTests
{
    private static readonly DateTime _now = new(2026, 11, 21, 12, 0, 0, DateTimeKind.Utc);

    [Theory]
    [InlineData(1_000_000, 3_600_000, null, 3_600)] // 1 kB/s: 3.6 MB are an hour
    [InlineData(1_000_000, 3_600_000, 60, 60)] // its age ends first
    [InlineData(1_000_000, 3_600_000, 36_000, 3_600)]
    [InlineData(0, 3_600_000, 60, 60)] // nothing comes
    [InlineData(0, 3_600_000, null, null)]
    [InlineData(1, long.MaxValue, null, null)] // longer than a calendar is
    public void A_stream_holds_what_its_bounds_allow_of_the_present_traffic(long bytes, long maxBytes, int? maxAge, int? held) =>
        Assert.Equal(held, new StreamTraffic(10, bytes, _now.AddSeconds(-1000)).Held(maxBytes, maxAge is { } s ? TimeSpan.FromSeconds(s) : null, _now)?.TotalSeconds);

    [Fact]
    public void What_came_just_now_is_no_rate_without_end() => Assert.Equal(10, new StreamTraffic(10, 10, _now).PerSecond(10, _now));

    [Fact]
    public void Of_nothing_the_rate_is_nothing() => Assert.Equal(0, new StreamTraffic(0, 0, null).PerSecond(0, _now));
}
