using System.Text.RegularExpressions;
using EventHistory.Core.Coverage;
using EventHistory.Core.Queries;

namespace EventHistory.Core.Reports;

/// <summary>What time a report tells of: so long before it is due, or a whole day, week or month before, by the calendar of its time zone.</summary>
public static partial class ReportRange
{
    public const string Default = "1d";
    public const string Yesterday = "yesterday";
    /// <summary>Monday to Sunday.</summary>
    public const string LastWeek = "last-week";
    public const string LastMonth = "last-month";

    /// <summary>Ends the sentence "… is not a range:".</summary>
    public const string Rule = "write how long it is (30m, 24h, 7d, 4w; 366 days at most), or yesterday, last-week or last-month";

    private static readonly TimeSpan _longest = TimeSpan.FromDays(366);

    /// <param name="dueAt">UTC.</param>
    /// <returns>Null when the text is none.</returns>
    public static Period? Before(string text, DateTime dueAt, TimeZoneInfo zone)
    {
        var today = DateTime.SpecifyKind(TimeZoneInfo.ConvertTimeFromUtc(dueAt, zone).Date, DateTimeKind.Unspecified);
        var monday = today.AddDays(-(((int)today.DayOfWeek + 6) % 7));
        var first = today.AddDays(1 - today.Day);
        return text switch
        {
            Yesterday => Days(today.AddDays(-1), today, zone),
            LastWeek => Days(monday.AddDays(-7), monday, zone),
            LastMonth => Days(first.AddMonths(-1), first, zone),
            _ when Length().IsMatch(text) && TimeText.Parse("-" + text, dueAt) is { } from && dueAt - from <= _longest => new Period(from, dueAt),
            _ => null,
        };
    }

    private static Period Days(DateTime from, DateTime to, TimeZoneInfo zone) => new(Start(from, zone), Start(to, zone));

    // where clocks are put forward at midnight the day begins later, where they are put back it begins at the first of the two
    private static DateTime Start(DateTime day, TimeZoneInfo zone)
    {
        while (zone.IsInvalidTime(day))
            day = day.AddMinutes(15);
        var offset = zone.IsAmbiguousTime(day) ? zone.GetAmbiguousTimeOffsets(day).Max() : zone.GetUtcOffset(day);
        return DateTime.SpecifyKind(day - offset, DateTimeKind.Utc);
    }

    [GeneratedRegex("^[1-9][0-9]{0,5}[mhdw]$")]
    private static partial Regex Length();
}
