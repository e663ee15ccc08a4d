using EventHistory.Core.Rollups;

namespace EventHistory.Core.Statistics;

/// <summary>How many tasks took how long, over time: columns are buckets of time, rows are durations on a logarithmic scale.</summary>
/// <param name="From">When the first column begins, UTC.</param>
/// <param name="Bucket">How much time a column stands for.</param>
/// <param name="Lowest">The least duration of the lowest row, seconds.</param>
/// <param name="Columns">For each column the numbers by row, the shortest durations first.</param>
public sealed record HeatMap(DateTime From, TimeSpan Bucket, double Lowest, IReadOnlyList<long[]> Columns)
{
    /// <summary>Two rows for each doubling.</summary>
    public const double Step = 1.4142135623730951;

    /// <summary>Below this nothing is told apart.</summary>
    private const double Least = 0.0001;

    private const int MostRows = 40;

    public int Rows => Columns.Count == 0 ? 0 : Columns[0].Length;

    public long Most => Columns.Count == 0 || Rows == 0 ? 0 : Columns.Max(column => column.Max());

    /// <summary>When the last column ends.</summary>
    public DateTime To => new(Math.Min(From.Ticks + (Columns.Count * Bucket.Ticks), DateTime.MaxValue.Ticks), DateTimeKind.Utc);

    /// <summary>The least duration of a row, seconds.</summary>
    public double Edge(int row) => Lowest * Math.Pow(Step, row);

    /// <param name="columns">For each column what was measured in it; null: nothing.</param>
    public static HeatMap Of(DateTime from, TimeSpan bucket, IReadOnlyList<Histogram?> columns)
    {
        var known = columns.OfType<Histogram>().Where(h => h.Count > 0).ToList();
        if (known.Count == 0)
            return new HeatMap(from, bucket, Least, [.. columns.Select(_ => Array.Empty<long>())]);
        var lowest = Math.Max(known.Min(h => h.Percentile(0)!.Value), Least);
        var first = (int)Math.Floor(Math.Log(lowest / Least, Step));
        var last = (int)Math.Floor(Math.Log(Math.Max(known.Max(h => h.Percentile(1)!.Value), lowest) / Least, Step));
        first = Math.Max(first, last - MostRows + 1);
        return new HeatMap(from, bucket, Least * Math.Pow(Step, first), [.. columns.Select(column => Column(column, first, last - first + 1))]);
    }

    private static long[] Column(Histogram? histogram, int first, int rows)
    {
        var counts = new long[rows];
        foreach (var (seconds, count) in histogram?.Durations ?? [])
            counts[Math.Clamp((int)Math.Floor(Math.Log(Math.Max(seconds, Least) / Least, Step)) - first, 0, rows - 1)] += count;
        return counts;
    }
}
