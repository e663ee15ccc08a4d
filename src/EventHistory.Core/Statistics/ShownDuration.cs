using System.Globalization;

namespace EventHistory.Core.Statistics;

/// <summary>A duration as people read it: two or three digits, in the units that they think in.</summary>
public static class ShownDuration
{
    public static string Of(double seconds) => Math.Abs(seconds) switch
    {
        0 => "0 ms",
        < 0.001 => Text($"{seconds * 1000:0.##} ms"),
        < 0.0995 => Text($"{seconds * 1000:0.#} ms"),
        < 0.9995 => Text($"{seconds * 1000:0} ms"),
        < 9.995 => Text($"{seconds:0.00} s"),
        < 59.95 => Text($"{seconds:0.0} s"),
        < 3600 => Text($"{(int)seconds / 60} min {(int)seconds % 60:00} s"),
        < 86_400 => Text($"{(int)(seconds / 3600)} h {(int)(seconds / 60) % 60:00} min"),
        _ => Text($"{(long)(seconds / 86_400)} d {(long)(seconds / 3600) % 24} h"),
    };

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
