using System.Globalization;
using System.Text.RegularExpressions;

namespace EventHistory.Core.Search;

/// <summary>A duration as people write it, in seconds: <c>250ms</c>, <c>1.5s</c>, <c>10m</c>, <c>2h</c>, <c>1d</c>; without a unit, seconds.</summary>
internal static partial class DurationText
{
    public const string Rule = "write a comparison (>1.5s, <=250ms), a range (1s..2m) or a duration (10s); units are ms, s, m, h and d";

    private const decimal Longest = 999_999_999;

    /// <returns>Null when the text is none, or longer than 31 years. Nanoseconds are the finest there are.</returns>
    public static decimal? Parse(string text)
    {
        if (Pattern().Match(text) is not { Success: true } match)
            return null;
        var seconds = decimal.Parse(match.Groups["number"].ValueSpan, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture)
            * match.Groups["unit"].Value switch { "ms" => 0.001m, "m" => 60, "h" => 3600, "d" => 86_400, _ => 1 };
        return seconds <= Longest ? WithoutZeros(decimal.Round(seconds, 9)) : null;
    }

    /// <summary>A whole number without a unit.</summary>
    public static decimal? Whole(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    public static string Write(decimal seconds) => seconds.ToString(CultureInfo.InvariantCulture) + "s";

    // at its end, behind the point
    private static decimal WithoutZeros(decimal number) => number / 1.000000000000000000000000000000000m;

    [GeneratedRegex("^(?<number>[0-9]{1,9}([.][0-9]{1,9})?)(?<unit>ms|s|m|h|d)?$")]
    private static partial Regex Pattern();
}
