using System.Globalization;
using System.Text.RegularExpressions;

namespace EventHistory.Core.Queries;

/// <summary>
/// An instant as people write it in a query string. A time of day without a zone is refused: nobody can tell which
/// zone was meant.
/// </summary>
public static partial class TimeText
{
    /// <summary>Ends the sentence "… is not a time:".</summary>
    public const string Rule = "write ISO 8601 with a zone (2026-11-21T09:30:00Z, 2026-11-21T10:30:00+01:00), unix seconds (1795253400), "
        + "now, or how long ago (-45s, -30m, -2h, -7d, -2w)";

    private static readonly string[] _isoFormats =
    [
        "yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK",
        "yyyy-MM-dd HH:mmK", "yyyy-MM-dd HH:mm:ssK", "yyyy-MM-dd HH:mm:ss.FFFFFFFK",
    ];

    private static readonly double _lastUnixSecond = (DateTime.MaxValue - DateTime.UnixEpoch).TotalSeconds - 1;

    /// <param name="now">UTC.</param>
    /// <returns>UTC; null when the text is not a time by <see cref="Rule"/>.</returns>
    public static DateTime? Parse(string text, DateTime now)
    {
        text = text.Trim();
        if (text == "now")
            return now;
        return Ago().Match(text) is { Success: true } ago ? Before(now, ago)
            : Unix().IsMatch(text) ? FromUnix(text)
            : Iso(text);
    }

    private static DateTime? Before(DateTime now, Match ago)
    {
        var seconds = double.Parse(ago.Groups["count"].ValueSpan, CultureInfo.InvariantCulture) * ago.Groups["unit"].Value switch
        {
            "s" => 1,
            "m" => 60,
            "h" => 3600,
            "d" => 86_400,
            _ => 604_800,
        };
        return seconds < (now - DateTime.MinValue).TotalSeconds ? now.AddSeconds(-seconds) : null;
    }

    private static DateTime? FromUnix(string text)
    {
        var seconds = double.Parse(text, CultureInfo.InvariantCulture);
        return seconds <= _lastUnixSecond
            ? DateTime.UnixEpoch.AddTicks((long)Math.Round(seconds * 1e6) * TimeSpan.TicksPerMicrosecond)
            : null;
    }

    private static DateTime? Iso(string text)
    {
        if (LostPlus().Match(text) is { Success: true } zone)
            text = string.Concat(text.AsSpan(0, zone.Index), "+", zone.Value.AsSpan(1));
        return Zone().IsMatch(text)
            && DateTimeOffset.TryParseExact(text, _isoFormats, CultureInfo.InvariantCulture, DateTimeStyles.None, out var at)
                ? at.UtcDateTime
                : null;
    }

    [GeneratedRegex(@"^-(?<count>[0-9]{1,9})(?<unit>[smhdw])$")]
    private static partial Regex Ago();

    [GeneratedRegex(@"^[0-9]{1,12}(\.[0-9]{1,9})?$")]
    private static partial Regex Unix();

    [GeneratedRegex("(Z|[+-][0-9]{2}:?[0-9]{2})$")]
    private static partial Regex Zone();

    // a plus that was not escaped in a query string arrives as a blank
    [GeneratedRegex("(?<=:[0-9.]+) [0-9]{2}:?[0-9]{2}$")]
    private static partial Regex LostPlus();
}
