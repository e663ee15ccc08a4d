using System.Globalization;

namespace EventHistory.Ui;

/// <summary>Numbers and times as people read them. Unknown is a dash, never a zero.</summary>
internal static class Show
{
    public const string Unknown = "–";

    /// <summary>Characters of one text on a page; the API has all of them.</summary>
    public const int MaxText = 1_000_000;

    /// <param name="seconds">Seconds.</param>
    public static string Duration(double? seconds)
    {
        if (seconds is not { } s)
            return Unknown;
        return Math.Abs(s) switch
        {
            0 => "0 ms",
            < 0.001 => Text($"{s * 1000:0.##} ms"),
            < 0.0995 => Text($"{s * 1000:0.#} ms"),
            < 0.9995 => Text($"{s * 1000:0} ms"),
            < 9.995 => Text($"{s:0.00} s"),
            < 59.95 => Text($"{s:0.0} s"),
            < 3600 => Text($"{(int)s / 60} min {(int)s % 60:00} s"),
            < 86_400 => Text($"{(int)(s / 3600)} h {(int)(s / 60) % 60:00} min"),
            _ => Text($"{(long)(s / 86_400)} d {(long)(s / 3600) % 24} h"),
        };
    }

    public static string Duration(TimeSpan? time) => Duration(time?.TotalSeconds);

    public static string Count(long? number) => number?.ToString("#,0", CultureInfo.InvariantCulture) ?? Unknown;

    /// <summary>How long ago, with one unit; a time that is not past yet says so.</summary>
    public static string Ago(DateTime at, DateTime now)
    {
        var seconds = (now - at).TotalSeconds;
        return seconds < -1 ? "in " + Coarse(-seconds) : seconds < 1 ? "now" : Coarse(seconds) + " ago";
    }

    public static string Utc(DateTime at) => at.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);

    public static string Clock(DateTime at) => at.ToString("MMM d, HH:mm:ss", CultureInfo.InvariantCulture);

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
