using System.Globalization;
using System.Text;
using System.Text.Json;
using EventHistory.Core.Statistics;

namespace EventHistory.Ui.Charts;

/// <summary>A heat map → SVG paths: one for each shade, with a unit square for each cell.</summary>
internal static class HeatShapes
{
    public const int Shades = 6;

    /// <summary>Drawn as high as this, px; its scale stands beside it.</summary>
    public const int PixelsHigh = 200;

    private static readonly JsonSerializerOptions _json = new(JsonSerializerDefaults.Web);

    /// <summary>From the palest to the strongest; numbers count by their logarithm, or one busy cell would hide all others.</summary>
    public static IReadOnlyList<string> Paths(HeatMap heat)
    {
        var paths = new StringBuilder[Shades];
        for (var i = 0; i < Shades; i++)
            paths[i] = new StringBuilder();
        var most = Math.Log(heat.Most + 1);
        for (var x = 0; x < heat.Columns.Count; x++)
        {
            for (var row = 0; row < heat.Rows; row++)
            {
                if (heat.Columns[x][row] is > 0 and var count)
                    paths[Math.Min((int)(Math.Log(count + 1) / most * Shades), Shades - 1)].Append(CultureInfo.InvariantCulture, $"M{x} {heat.Rows - 1 - row}h1v1h-1z");
            }
        }
        return [.. paths.Select(p => p.ToString())];
    }

    /// <summary>Durations to write beside it, as SVG: Razor takes the element text for something of its own. Nothing in it comes from outside.</summary>
    public static string Scale(HeatMap heat)
    {
        var texts = new StringBuilder();
        var (lowest, highest) = (Math.Log10(heat.Edge(0)), Math.Log10(heat.Edge(heat.Rows)));
        for (var power = (int)Math.Ceiling(lowest); power <= highest; power += highest - lowest > 5 ? 2 : 1)
        {
            var y = PixelsHigh * (1 - ((power - lowest) / (highest - lowest)));
            texts.Append(CultureInfo.InvariantCulture, $"<text x=\"56\" y=\"{Math.Clamp(y + 4, 10, PixelsHigh - 1):0.#}\" text-anchor=\"end\">{Show.Duration(Math.Pow(10, power))}</text>");
        }
        return texts.ToString();
    }

    /// <summary>What the script tells of the cell under the pointer.</summary>
    public static string Json(HeatMap heat) => JsonSerializer.Serialize(new
    {
        From = (heat.From - DateTime.UnixEpoch).TotalSeconds,
        Bucket = heat.Bucket.TotalSeconds,
        heat.Lowest,
        HeatMap.Step,
        heat.Columns,
    }, _json);
}
