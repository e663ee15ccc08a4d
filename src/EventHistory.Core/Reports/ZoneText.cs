using System.Text.RegularExpressions;

namespace EventHistory.Core.Reports;

/// <summary>A time zone by its name in the IANA database, such as <c>Europe/Berlin</c>.</summary>
public static partial class ZoneText
{
    public const string Default = "UTC";

    /// <returns>The zone; or the end of the sentence "time_zone "…" ", which says why it is none.</returns>
    public static (TimeZoneInfo? Zone, string? Problem) Parse(string text)
    {
        // a name is looked up as a file: nothing but names goes there
        if (Name().IsMatch(text) && TimeZoneInfo.TryFindSystemTimeZoneById(text, out var zone))
            return (zone, null);
        var meant = Spelling.Nearest(text, TimeZoneInfo.GetSystemTimeZones().Select(z => z.Id));
        return (null, $"is not a time zone: {(meant is null ? "write a name of the IANA database, such as Europe/Berlin, America/New_York or UTC." : $"did you mean {meant}?")}");
    }

    [GeneratedRegex("^[A-Za-z0-9_+-]{1,40}(/[A-Za-z0-9_+-]{1,40}){0,2}$")]
    private static partial Regex Name();
}
