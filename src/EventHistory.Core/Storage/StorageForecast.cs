namespace EventHistory.Core.Storage;

/// <summary>How much the database took at a time.</summary>
public readonly record struct StoragePoint(DateTime At, long Bytes);

/// <summary>When the storage will be full, if it goes on growing as it did.</summary>
/// <param name="BytesPerDay">Of the latest measurements, the slope of the line that fits them best; null: fewer than two half a day apart.</param>
/// <param name="FullAt">Null: not within a hundred years, or unknown.</param>
public sealed record StorageForecast(double? BytesPerDay, DateTime? FullAt)
{
    /// <summary>What is older says little about tomorrow.</summary>
    private static readonly TimeSpan _lately = TimeSpan.FromDays(14);
    private static readonly TimeSpan _shortest = TimeSpan.FromHours(12);
    private const double Farthest = 36500;

    /// <param name="points">By time.</param>
    /// <param name="free">Bytes that are left; null: unknown.</param>
    public static StorageForecast Of(IReadOnlyList<StoragePoint> points, long? free)
    {
        if (points.Count == 0)
            return new(null, null);
        var last = points[^1];
        var lately = points.Where(p => last.At - p.At <= _lately).ToList();
        if (last.At - lately[0].At < _shortest)
            return new(null, null);
        var days = lately.ConvertAll(p => (p.At - last.At).TotalDays);
        var (meanDay, meanBytes) = (days.Average(), lately.Average(p => (double)p.Bytes));
        var slope = days.Zip(lately, (day, p) => (day - meanDay) * (p.Bytes - meanBytes)).Sum() / days.Sum(day => (day - meanDay) * (day - meanDay));
        var left = slope > 0 && free is { } bytes ? Math.Max(bytes, 0) / slope : (double?)null;
        return new(slope, left <= Farthest ? last.At.AddDays(left.Value) : null);
    }
}
