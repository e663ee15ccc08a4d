using System.Globalization;
using EventHistory.Core.Statistics;

namespace EventHistory.Ui;

/// <summary>Numbers and times as people read them. Unknown is a dash, never a zero.</summary>
internal static class Show
{
    public const string Unknown = "–";

    /// <summary>Characters of one text on a page; the API has all of them.</summary>
    public const int MaxText = 1_000_000;

    /// <param name="seconds">Seconds.</param>
    public static string Duration(double? seconds) => seconds is { } s ? ShownDuration.Of(s) : Unknown;

    public static string Duration(TimeSpan? time) => Duration(time?.TotalSeconds);

    public static string Count(long? number) => number?.ToString("#,0", CultureInfo.InvariantCulture) ?? Unknown;

    /// <summary>As the first word of a line.</summary>
    public static string First(string word) => word.Length == 0 ? word : string.Concat(char.ToUpperInvariant(word[0]).ToString(), word.AsSpan(1));

    public static string Plural(long number, string word) => $"{Count(number)} {word}{(number == 1 ? "" : "s")}";

    /// <param name="share">0…1.</param>
    public static string Percent(double? share) => share switch
    {
        null => Unknown,
        0 => "0 %",
        < 0.001 => "<0.1 %",
        < 0.0995 => Text($"{share * 100:0.0} %"),
        >= 0.995 and < 1 => Text($"{Math.Floor(share.Value * 1000) / 10:0.0} %"),
        _ => Text($"{share * 100:0} %"),
    };

    public static string Rate(double number) => number switch
    {
        < 0.0005 => "0",
        < 0.995 => Text($"{number:0.##}"),
        < 99.5 => Text($"{number:0.#}"),
        _ => Count((long)Math.Round(number)),
    };

    public static string Bytes(long? bytes) => bytes switch
    {
        null => Unknown,
        < 1000 => Text($"{bytes} B"),
        < 1_000_000 => Text($"{bytes / 1e3:0.#} kB"),
        < 1_000_000_000 => Text($"{bytes / 1e6:0.#} MB"),
        < 1_000_000_000_000 => Text($"{bytes / 1e9:0.##} GB"),
        _ => Text($"{bytes / 1e12:0.##} TB"),
    };

    /// <summary>A value in the search language.</summary>
    public static string Quoted(string value) => $"\"{value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";

    /// <summary>A length of time with one unit.</summary>
    public static string Length(TimeSpan time) => Coarse(time.TotalSeconds);

    /// <summary>In the search language: exactly this value.</summary>
    public static string Term(string qualifier, string value) => $"{qualifier}:={Quoted(value)}";

    /// <summary>In the search language: tasks that finished in a range.</summary>
    public static string Finished(TimeRange range) => range.Name is { } name ? $"finished:-{name}" : $"finished:{Utc(range.From)[..19]}Z..{Utc(range.To)[..19]}Z";

    /// <summary>How long ago, with one unit; a time that is not past yet says so.</summary>
    public static string Ago(DateTime at, DateTime now)
    {
        var seconds = (now - at).TotalSeconds;
        return seconds < -1 ? "in " + Coarse(-seconds) : seconds < 1 ? "now" : Coarse(seconds) + " ago";
    }

    public static string Utc(DateTime at) => at.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);

    public static string Clock(DateTime at) => at.ToString("MMM d, HH:mm:ss", CultureInfo.InvariantCulture);

    public static string Minute(DateTime at) => at.ToString("MMM d, HH:mm", CultureInfo.InvariantCulture);

    public static string ExactClock(DateTime at) => at.ToString("yyyy-MM-dd HH:mm:ss.ffffff", CultureInfo.InvariantCulture);

    /// <summary>An id that fits a column; the start tells the most, and the end tells the rest apart.</summary>
    public static string ShortId(string id) => id.Length == 36 && Guid.TryParseExact(id, "D", out _) ? id[..8] : Cut(id, 18);

    public static string Cut(string text, int length) =>
        text.Length <= length ? text : string.Concat(text.AsSpan(0, char.IsHighSurrogate(text[length - 2]) ? length - 2 : length - 1), "…");

    private static string Coarse(double seconds) => seconds switch
    {
        < 60 => Text($"{(int)seconds} s"),
        < 3600 => Text($"{(int)(seconds / 60)} min"),
        < 86_400 => Text($"{(int)(seconds / 3600)} h"),
        < 86_400 * 60 => Text($"{(int)(seconds / 86_400)} d"),
        < 86_400 * 730 => Text($"{(int)(seconds / 86_400 / 30.4)} months"),
        _ => Text($"{(int)(seconds / 86_400 / 365.25)} years"),
    };

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
