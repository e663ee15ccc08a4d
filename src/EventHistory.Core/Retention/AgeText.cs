using System.Globalization;
using System.Text.RegularExpressions;

namespace EventHistory.Core.Retention;

/// <summary>An age as people write it: <c>36h</c>, <c>30d</c>, <c>8w</c>, <c>2y</c>.</summary>
public static partial class AgeText
{
    public const string Rule = "write a whole number and h, d, w or y (36h, 30d, 8w, 2y), from 1h to 100y";

    private static readonly (string Unit, TimeSpan Length)[] _units =
        [("y", TimeSpan.FromDays(365)), ("w", TimeSpan.FromDays(7)), ("d", TimeSpan.FromDays(1)), ("h", TimeSpan.FromHours(1))];

    /// <returns>Null when the text is none by <see cref="Rule"/>.</returns>
    public static TimeSpan? Parse(string text)
    {
        if (Pattern().Match(text.Trim()) is not { Success: true } match)
            return null;
        var age = _units.Single(u => u.Unit == match.Groups["unit"].Value).Length * int.Parse(match.Groups["count"].ValueSpan, CultureInfo.InvariantCulture);
        return age > TimeSpan.Zero && age <= TimeSpan.FromDays(36_500) ? age : null;
    }

    public static string Write(TimeSpan age)
    {
        var (unit, length) = _units.First(u => age.Ticks % u.Length.Ticks == 0);
        return string.Create(CultureInfo.InvariantCulture, $"{age.Ticks / length.Ticks}{unit}");
    }

    [GeneratedRegex("^(?<count>[0-9]{1,6})(?<unit>[hdwy])$")]
    private static partial Regex Pattern();
}
