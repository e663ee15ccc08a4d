using System.Globalization;
using EventHistory.Core.Queries;

namespace EventHistory.Core.Search;

/// <summary><c>&gt;x</c>, <c>&gt;=x</c>, <c>&lt;x</c>, <c>&lt;=x</c>, <c>x..y</c>, <c>x..</c>, <c>..y</c> or just <c>x</c>, as bounds.</summary>
internal static class Comparison
{
    public const string TimeRule = "write a day (2026-03-01) or a month (2026-03), how long ago it may be (-7d), a range whose ends are such or moments "
        + "(-7d..-1d, 2026-03-01..2026-03-31), or a comparison (>=2026-03-01T10:00:00Z)";

    private const string Backwards = "ends before it begins";
    private const string Bare = "is a moment";
    private const string NoTime = "is not a time";

    /// <returns>Neither: it is not of this form.</returns>
    public static (NumberRange? Range, string? Problem) Numbers(string text, Func<string, decimal?> parse)
    {
        var (operation, first, second) = Split(text);
        var (low, high) = (parse(first), second is null ? null : parse(second));
        if ((low is null && first.Length > 0) || (second?.Length > 0 && high is null) || (low is null && high is null))
            return default;
        return operation switch
        {
            ".." when low > high => (null, Backwards),
            ".." => (new NumberRange(low, low is not null, high, high is not null), null),
            ">" => (NumberRange.From(low!.Value, included: false), null),
            ">=" => (NumberRange.From(low!.Value, included: true), null),
            "<" => (NumberRange.UpTo(low!.Value, included: false), null),
            "<=" => (NumberRange.UpTo(low!.Value, included: true), null),
            _ => (NumberRange.Exactly(low!.Value), null),
        };
    }

    /// <summary>Bounds of which the first is included and the second is not. A day or a month is meant from its start to its end; what begins with a minus, until now.</summary>
    public static (DateTime? From, DateTime? To, string? Problem) Times(string text, DateTime now)
    {
        var (operation, first, second) = Split(text);
        var (low, high) = (Period(first, now), second is null ? null : Period(second, now));
        if ((low is null && first.Length > 0) || (second?.Length > 0 && high is null) || (low is null && high is null))
            return (null, null, NoTime);
        var (from, to) = operation switch
        {
            ".." => (low?.Start, high?.End),
            ">" => (low!.Value.After, null),
            ">=" => (low!.Value.Start, null),
            "<" => (null, low!.Value.Start),
            "<=" => (null, low!.Value.After),
            _ when first.StartsWith('-') => (low!.Value.Start, null),
            _ => ((DateTime?)low!.Value.Start, (DateTime?)low.Value.End),
        };
        return (from, to, from is null || to is null || from < to ? null : operation.Length == 0 ? Bare : Backwards);
    }

    private static (string Operation, string First, string? Second) Split(string text)
    {
        foreach (var operation in (string[])[">=", "<=", ">", "<", "="])
        {
            if (text.StartsWith(operation, StringComparison.Ordinal))
                return (operation, text[operation.Length..], null);
        }
        return text.IndexOf("..", StringComparison.Ordinal) is >= 0 and var dots ? ("..", text[..dots], text[(dots + 2)..]) : ("", text, null);
    }

    private static Span? Period(string text, DateTime now) =>
        Date(text, "yyyy-MM-dd") is { } day ? new Span(day, day.AddDays(1))
        : Date(text, "yyyy-MM") is { } month ? new Span(month, month.AddMonths(1))
        : TimeText.Parse(text, now) is { } moment && moment < _last ? new Span(moment, moment)
        : null;

    private static DateTime? Date(string text, string format) =>
        DateTime.TryParseExact(text, format, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var date)
            && date < _last ? date : null;

    private static readonly DateTime _last = new(9999, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    /// <param name="End">Excluded; a moment ends where it starts.</param>
    private readonly record struct Span(DateTime Start, DateTime End)
    {
        /// <summary>The first moment that is later than all of it: microseconds are stored.</summary>
        public DateTime After => Start < End ? End : new(((Start.Ticks / TimeSpan.TicksPerMicrosecond) + 1) * TimeSpan.TicksPerMicrosecond, DateTimeKind.Utc);
    }
}
