using System.Globalization;
using System.Text;

namespace EventHistory.Ui.Charts;

/// <summary>Numbers → SVG paths in a box of <see cref="Width"/> × <see cref="Height"/>, to be stretched to any size.</summary>
internal static class ChartShapes
{
    public const int Width = 1000;
    public const int Height = 100;

    /// <summary>Of a bar that is not 0: it is seen even beside one a thousand times as high.</summary>
    private const double Least = 1.5;

    /// <summary>Bars of one series, standing on those of the series below it.</summary>
    /// <param name="below">How high the others are in each bucket; these are added to it.</param>
    /// <param name="top">What reaches the upper edge.</param>
    public static string Bars(IReadOnlyList<double?> values, double[] below, double top)
    {
        var path = new StringBuilder();
        var step = (double)Width / Math.Max(values.Count, 1);
        for (var i = 0; i < values.Count; i++)
        {
            if (values[i] is not { } value || value <= 0 || top <= 0)
                continue;
            var height = Math.Max(value / top * Height, Least);
            var y = Height - (below[i] / top * Height) - height;
            below[i] += value;
            path.Append(CultureInfo.InvariantCulture, $"M{(i * step) + (step * 0.1):0.#} {Math.Max(y, 0):0.#}h{step * 0.8:0.##}v{height:0.#}h{-step * 0.8:0.##}z");
        }
        return path.ToString();
    }

    /// <summary>A line through the middles of the buckets; where a value is unknown it breaks.</summary>
    public static string Line(IReadOnlyList<double?> values, double top)
    {
        var path = new StringBuilder();
        var step = (double)Width / Math.Max(values.Count, 1);
        var isDown = false;
        for (var i = 0; i < values.Count; i++)
        {
            if (values[i] is not { } value)
            {
                isDown = false;
                continue;
            }
            var y = top > 0 ? Height - (value / top * Height * 0.96) : Height;
            path.Append(CultureInfo.InvariantCulture, $"{(isDown ? 'L' : 'M')}{(i + 0.5) * step:0.#} {y:0.#}");
            if (!isDown && (i + 1 == values.Count || values[i + 1] is null))
                path.Append("h.1"); // one alone is a dot
            isDown = true;
        }
        return path.ToString();
    }
}
