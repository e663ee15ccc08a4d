using System.Numerics;

namespace EventHistory.Core.Rollups;

/// <summary>
/// Which bucket a duration counts in. One layout for ever, because histograms of any two years must add up: log-linear
/// over whole nanoseconds, 64 equally wide buckets per power of two. Only integers decide, and one multiplication whose
/// result IEEE 754 fixes, so that every machine, and SQL, finds the same bucket.
/// </summary>
/// <remarks>
/// <code>
/// bucket          holds (ns)                             width (ns)
/// 0               0, and what is below or no number
/// 1 … 127         the bucket's own number                1
/// 64s … 64s + 63  64·2^(s−1) + (bucket − 64s)·2^(s−1)    2^(s−1)       s = 2 … 51
/// 3328            2^57 and more: 144,115,188 s, 4.6 years
/// </code>
/// From 1 µs to 2^57 ns a bucket's <see cref="Middle"/> is within 0.84 % of every duration in it (below that the whole
/// nanosecond rounds more: 5 ns at most). Durations beyond count as 2^57 ns.
/// </remarks>
public static class HistogramLayout
{
    private const int SubBits = 6;

    /// <summary>What longer durations count as, ns.</summary>
    public const long Limit = 1L << 57;

    /// <summary>The bucket of <see cref="Limit"/> and beyond: the last one.</summary>
    public const int Overflow = (57 - SubBits + 1) << SubBits;

    /// <summary>Whole nanoseconds, half to even, from 0 to <see cref="Limit"/>; 0 for what is no number.</summary>
    public static long Nanoseconds(double seconds) =>
        seconds > 0 ? Math.Min((long)Math.Round(Math.Min(seconds, 1e9) * 1e9), Limit) : 0;

    /// <param name="nanoseconds">As <see cref="Nanoseconds"/> gives them.</param>
    public static int Bucket(long nanoseconds)
    {
        if (nanoseconds < 1 << SubBits)
            return (int)nanoseconds;
        var shift = BitOperations.Log2((ulong)nanoseconds) - SubBits;
        return (shift << SubBits) + (int)(nanoseconds >> shift);
    }

    /// <summary>The least duration of a bucket, ns.</summary>
    public static long Lowest(int bucket)
    {
        var shift = Shift(bucket);
        return (bucket - ((long)shift << SubBits)) << shift;
    }

    /// <summary>The duration that stands for all of a bucket, ns.</summary>
    public static long Middle(int bucket) => bucket == Overflow ? Limit : Lowest(bucket) + (1L << Shift(bucket) >> 1);

    private static int Shift(int bucket) => Math.Max((bucket >> SubBits) - 1, 0);
}
