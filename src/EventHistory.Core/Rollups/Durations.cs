namespace EventHistory.Core.Rollups;

/// <summary>Many durations: their exact sum, and their histogram.</summary>
public sealed class Durations
{
    private const decimal PerSecond = 1_000_000_000m;
    private const decimal PerNanosecond = 0.000_000_001m;

    private Int128 _nanoseconds; // of hosts whose clock stands at 1970 a long holds no more than 64,000

    /// <summary>How many.</summary>
    public long Count => Histogram.Count;

    /// <summary>Their sum in seconds: exact, of durations rounded to whole nanoseconds and clamped by <see cref="HistogramLayout"/>. Always nine decimals.</summary>
    public decimal Seconds => (decimal)_nanoseconds * PerNanosecond;

    public Histogram Histogram { get; } = new();

    public bool IsEmpty => _nanoseconds == 0 && Histogram.IsEmpty;

    /// <param name="seconds">As <see cref="Seconds"/> gave them.</param>
    /// <param name="histogram">As <see cref="Rollups.Histogram.ToBytes"/> gave them.</param>
    public void Merge(decimal seconds, ReadOnlySpan<byte> histogram)
    {
        _nanoseconds += (Int128)(seconds * PerSecond);
        Histogram.Merge(histogram);
    }

    public void Merge(Durations other)
    {
        _nanoseconds += other._nanoseconds;
        Histogram.Merge(other.Histogram);
    }

    internal void Add(Duration duration, int times)
    {
        if (duration.Bucket < 0)
            return;
        _nanoseconds += duration.Nanoseconds * times;
        Histogram.AddToBucket(duration.Bucket, times);
    }
}

/// <summary>One duration, measured once for all the rollups it goes into.</summary>
/// <param name="Nanoseconds">0…<see cref="HistogramLayout.Limit"/>.</param>
/// <param name="Bucket">−1: it is not known, and counts nowhere.</param>
internal readonly record struct Duration(long Nanoseconds, int Bucket)
{
    public static Duration Of(double? seconds)
    {
        if (seconds is null)
            return new Duration(0, -1);
        var nanoseconds = HistogramLayout.Nanoseconds(seconds.Value);
        return new Duration(nanoseconds, HistogramLayout.Bucket(nanoseconds));
    }
}
