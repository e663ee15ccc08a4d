using System.Globalization;
using EventHistory.Core.Reports;

namespace EventHistory.Core.Tests.Reports;

public sealed class ReportRangeTests
{
    [Theory]
    [InlineData("24h", "UTC", "2026-11-21T10:00:00Z", "2026-11-20T10:00:00Z", "2026-11-21T10:00:00Z")]
    [InlineData("2w", "UTC", "2026-11-21T10:00:00Z", "2026-11-07T10:00:00Z", "2026-11-21T10:00:00Z")]
    [InlineData("yesterday", "UTC", "2026-11-21T10:00:00Z", "2026-11-20T00:00:00Z", "2026-11-21T00:00:00Z")]
    [InlineData("yesterday", "Europe/Berlin", "2026-11-20T23:30:00Z", "2026-11-19T23:00:00Z", "2026-11-20T23:00:00Z")] // it is the 21st there already
    [InlineData("yesterday", "Europe/Berlin", "2026-10-26T08:00:00Z", "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z")] // of 25 hours
    [InlineData("yesterday", "Europe/Berlin", "2026-03-30T08:00:00Z", "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z")] // of 23
    [InlineData("yesterday", "America/Santiago", "2026-09-07T12:00:00Z", "2026-09-06T04:00:00Z", "2026-09-07T03:00:00Z")] // began at one: there was no midnight
    [InlineData("yesterday", "America/Havana", "2026-11-02T12:00:00Z", "2026-11-01T04:00:00Z", "2026-11-02T05:00:00Z")] // had midnight twice
    [InlineData("last-week", "UTC", "2026-11-23T07:00:00Z", "2026-11-16T00:00:00Z", "2026-11-23T00:00:00Z")] // on a Monday
    [InlineData("last-week", "UTC", "2026-11-22T07:00:00Z", "2026-11-09T00:00:00Z", "2026-11-16T00:00:00Z")] // on a Sunday
    [InlineData("last-month", "Asia/Tokyo", "2026-03-01T00:00:00Z", "2026-01-31T15:00:00Z", "2026-02-28T15:00:00Z")]
    public void A_range_ends_where_it_is_due_or_where_the_day_begins_there(string text, string zone, string dueAt, string from, string to)
    {
        var range = ReportRange.Before(text, Utc(dueAt), TimeZoneInfo.FindSystemTimeZoneById(zone));
        Assert.Equal((Utc(from), Utc(to)), (range!.Value.From, range.Value.To));
    }

    [Theory]
    [InlineData("")]
    [InlineData("0h")]
    [InlineData("7")]
    [InlineData("-7d")]
    [InlineData("9000h")]
    [InlineData("999999w")]
    [InlineData("Yesterday")]
    public void Others_are_none(string text) => Assert.Null(ReportRange.Before(text, Utc("2026-11-21T10:00:00Z"), TimeZoneInfo.Utc));

    private static DateTime Utc(string text) => DateTime.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal);
}
