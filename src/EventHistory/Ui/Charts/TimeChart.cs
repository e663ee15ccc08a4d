using System.Text.Json;
using System.Text.Json.Serialization;
using EventHistory.Core.Queries;

namespace EventHistory.Ui.Charts;

/// <summary>How the series of a chart are drawn.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ChartKind>))]
public enum ChartKind
{
    /// <summary>Bars, one on the other: numbers that add up.</summary>
    Stack,
    Lines,
}

/// <summary>What the numbers of a chart are.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ChartUnit>))]
public enum ChartUnit
{
    Count,
    Seconds,
    Number,
    Bytes,
}

/// <summary>One value for each bucket of a chart.</summary>
/// <param name="Look">CSS class of its colour; the script asks the legend which one that is in the theme.</param>
/// <param name="Values">Null: unknown there, which is not 0.</param>
public sealed record ChartSeries(string Label, string Look, IReadOnlyList<double?> Values)
{
    public static ChartSeries Counts(string label, string look, IEnumerable<long> values) => new(label, look, [.. values.Select(v => (double?)v)]);
}

/// <summary>Numbers over time, in buckets of one width: drawn on the server as a plain picture, and by the script with axes and values.</summary>
/// <param name="Title">Names it for those who do not see it.</param>
/// <param name="From">When the first bucket begins, UTC.</param>
/// <param name="Zoom">The address of the page about a part of the time, without from and to; null: there is none.</param>
public sealed record TimeChart(string Title, ChartKind Kind, ChartUnit Unit, DateTime From, TimeSpan Bucket, IReadOnlyList<ChartSeries> Series, string? Zoom = null)
{
    private static readonly JsonSerializerOptions _json = new(JsonSerializerDefaults.Web);

    public int Buckets => Series.Count == 0 ? 0 : Series[0].Values.Count;

    public bool IsEmpty => Series.All(s => s.Values.All(v => v is null or 0));

    /// <summary>The largest value that has to fit.</summary>
    public double Top => Buckets == 0 ? 0 : Kind == ChartKind.Stack
        ? Enumerable.Range(0, Buckets).Max(i => Series.Sum(s => s.Values[i] ?? 0))
        : Series.Max(s => s.Values.Max() ?? 0);

    public DateTime At(int bucket) => new(Math.Min(From.Ticks + (bucket * Bucket.Ticks), DateTime.MaxValue.Ticks), DateTimeKind.Utc);

    /// <summary>What the script draws from.</summary>
    public string Json => JsonSerializer.Serialize(new
    {
        Kind,
        Unit,
        From = (From - DateTime.UnixEpoch).TotalSeconds,
        Bucket = Bucket.TotalSeconds,
        Zoom,
        Series = Series.Select(s => new { s.Label, s.Values }),
    }, _json);

    /// <summary>Values by the time of their buckets, as one for each bucket from <paramref name="from"/> to <paramref name="to"/>.</summary>
    public static (DateTime First, IReadOnlyList<T?> Values) Spread<T>(IEnumerable<(DateTime At, T Value)> points, DateTime from, DateTime to, TimeSpan bucket)
        where T : class
    {
        var first = BucketWidth.Start(from, bucket);
        var values = new T?[(int)((to.Ticks - 1 - first.Ticks) / bucket.Ticks) + 1];
        foreach (var (at, value) in points)
        {
            var index = (at - first).Ticks / bucket.Ticks;
            if (index >= 0 && index < values.Length)
                values[index] = value;
        }
        return (first, values);
    }
}
