using EventHistory.Core.Queries;

namespace EventHistory.Core.Tests.Queries;

public sealed class TimeTextTests
{
    private static readonly DateTime _now = Given.At("10:00:00");

    [Theory]
    [InlineData("2026-11-21T09:30:00Z", "09:30:00")]
    [InlineData("2026-11-21T09:30Z", "09:30:00")]
    [InlineData("2026-11-21 09:30:00.123456Z", "09:30:00.123456")]
    [InlineData("2026-11-21T10:30:00+01:00", "09:30:00")]
    [InlineData("2026-11-21T10:30:00 01:00", "09:30:00")] // a plus that was not escaped in the query string
    [InlineData("2026-11-21T04:00:00-0530", "09:30:00")]
    [InlineData("1795253400", "09:30:00")]
    [InlineData("1795253400.25", "09:30:00.25")]
    [InlineData("now", "10:00:00")]
    [InlineData("-45s", "09:59:15")]
    [InlineData("-30m", "09:30:00")]
    [InlineData("-2h", "08:00:00")]
    [InlineData(" -2h ", "08:00:00")]
    public void A_time_is_understood(string text, string expected)
    {
        var at = TimeText.Parse(text, _now);

        Assert.Equal(Given.At(expected), at);
        Assert.Equal(DateTimeKind.Utc, at!.Value.Kind);
    }

    [Fact]
    public void Days_and_weeks_count_back_from_now()
    {
        Assert.Equal(_now.AddDays(-7), TimeText.Parse("-7d", _now));
        Assert.Equal(_now.AddDays(-14), TimeText.Parse("-2w", _now));
    }

    [Theory]
    [InlineData("")]
    [InlineData("yesterday")]
    [InlineData("2026-11-21T09:30:00")] // which zone?
    [InlineData("2026-11-21")]
    [InlineData("2026-13-01T00:00:00Z")]
    [InlineData("09:30:00Z")]
    [InlineData("1795253400000")] // milliseconds
    [InlineData("NaN")]
    [InlineData("1e9")]
    [InlineData("-2")]
    [InlineData("-2y")]
    [InlineData("2h")]
    [InlineData("-999999999w")]
    public void Anything_else_is_refused(string text) => Assert.Null(TimeText.Parse(text, _now));
}
