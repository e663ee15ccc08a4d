using System.Buffers;

namespace EventHistory.Core.Rollups;

/// <summary>
/// How many durations fell into each bucket of <see cref="HistogramLayout"/>. Only the buckets in use take room, sorted.
/// Counts may be taken away again, in any order: equal contents are equal bytes, whatever led to them.
/// </summary>
/// <remarks>
/// <b>Bytes.</b> For each bucket in use, ascending, a head: (distance to the bucket before, of the first one to bucket 0) × 2,
/// + 1 if a count follows; without one the count is 1. Then the count, zigzag (n ≥ 0: 2n, else −2n − 1). Both as 7-bit
/// variable-length integers, the lowest bits first. No buckets are no bytes.
/// </remarks>
public sealed class Histogram
{
    private const int MaxBytesPerBucket = 2 + Varint.MaxBytes;

    // the buckets are looked for within pages of 64
    private const int PageBits = 6;
    private const int PageMask = (1 << PageBits) - 1;

    private readonly ushort[] _pages = new ushort[(HistogramLayout.Overflow >> PageBits) + 2]; // where each page begins in the arrays
    private ushort[] _buckets = [];
    private long[] _counts = [];
    private int _used;

    /// <summary>Of all buckets.</summary>
    public long Count { get; private set; }

    public bool IsEmpty => _used == 0;

    /// <summary>What each bucket in use stands for, in seconds, and how often; ascending.</summary>
    public IEnumerable<(double Seconds, long Count)> Durations
    {
        get
        {
            for (var i = 0; i < _used; i++)
                yield return (HistogramLayout.Middle(_buckets[i]) / 1e9, _counts[i]);
        }
    }

    /// <summary>Bytes of memory it takes, about.</summary>
    public int Size => (_pages.Length * sizeof(ushort)) + (_buckets.Length * (sizeof(ushort) + sizeof(long)));

    public static Histogram FromBytes(ReadOnlySpan<byte> bytes)
    {
        var histogram = new Histogram();
        histogram.Merge(bytes);
        return histogram;
    }

    /// <param name="seconds">Any number: <see cref="HistogramLayout.Nanoseconds"/>.</param>
    /// <param name="count">How often; negative to take away.</param>
    public void Add(double seconds, long count = 1) => AddToBucket(HistogramLayout.Bucket(HistogramLayout.Nanoseconds(seconds)), count);

    public void AddToBucket(int bucket, long count)
    {
        if (count == 0)
            return;
        Count += count;
        // in a full page just there; otherwise a few before
        var page = bucket >> PageBits;
        int first = _pages[page], index = Math.Min(first + (bucket & PageMask), _pages[page + 1] - 1);
        while (index >= first && _buckets[index] > bucket)
            index--;
        if (index < first || _buckets[index] != bucket)
            Insert(index + 1, bucket, count);
        else if ((_counts[index] += count) == 0)
            Remove(index);
    }

    public void Merge(Histogram other)
    {
        for (var i = 0; i < other._used; i++)
            AddToBucket(other._buckets[i], other._counts[i]);
    }

    /// <param name="bytes">Of <see cref="ToBytes"/>.</param>
    /// <exception cref="InvalidDataException">They are not.</exception>
    public void Merge(ReadOnlySpan<byte> bytes)
    {
        var (bucket, at) = (0, 0);
        while (at < bytes.Length)
        {
            var head = Varint.Read(bytes, ref at);
            if (head >> 1 > (ulong)(HistogramLayout.Overflow - bucket))
                throw new InvalidDataException("A histogram ends beyond the last bucket.");
            bucket += (int)(head >> 1);
            AddToBucket(bucket, (head & 1) == 0 ? 1 : Varint.Unzigzag(Varint.Read(bytes, ref at)));
        }
    }

    /// <summary>
    /// Seconds. The ⌈<paramref name="p"/> × count⌉-th shortest duration, in double precision, as PostgreSQL's <c>percentile_disc</c>
    /// counts, to 1 % (<see cref="HistogramLayout"/>); null if there is none.
    /// </summary>
    /// <param name="p">0…1.</param>
    public double? Percentile(double p)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(p is >= 0 and <= 1, true, nameof(p));
        if (Count <= 0)
            return null;
        var rank = Math.Max((long)Math.Ceiling(p * Count), 1);
        var index = 0;
        var seen = _counts[0];
        while (seen < rank && index < _used - 1)
            seen += _counts[++index];
        return HistogramLayout.Middle(_buckets[index]) / 1e9;
    }

    /// <summary>The share of durations that are no longer, to 1 % of the duration (<see cref="HistogramLayout"/>); null if there is none.</summary>
    public double? Share(double seconds)
    {
        if (Count <= 0)
            return null;
        var bucket = HistogramLayout.Bucket(HistogramLayout.Nanoseconds(seconds));
        long shorter = 0;
        for (var i = 0; i < _used && _buckets[i] <= bucket; i++)
            shorter += _counts[i];
        return (double)shorter / Count;
    }

    public byte[] ToBytes()
    {
        if (_used == 0)
            return [];
        var room = ArrayPool<byte>.Shared.Rent(_used * MaxBytesPerBucket);
        int length = 0, bucket = 0;
        for (var i = 0; i < _used; i++)
        {
            var count = _counts[i];
            var head = (ulong)(_buckets[i] - bucket) << 1;
            bucket = _buckets[i];
            Varint.Write(room, ref length, count == 1 ? head : head | 1);
            if (count != 1)
                Varint.Write(room, ref length, Varint.Zigzag(count));
        }
        var bytes = room.AsSpan(0, length).ToArray();
        ArrayPool<byte>.Shared.Return(room);
        return bytes;
    }

    private void Insert(int index, int bucket, long count)
    {
        if (_used == _buckets.Length)
        {
            var room = Math.Max(4, _used * 2);
            Array.Resize(ref _buckets, room);
            Array.Resize(ref _counts, room);
        }
        Array.Copy(_buckets, index, _buckets, index + 1, _used - index);
        Array.Copy(_counts, index, _counts, index + 1, _used - index);
        (_buckets[index], _counts[index]) = ((ushort)bucket, count);
        _used++;
        for (var page = (bucket >> PageBits) + 1; page < _pages.Length; page++)
            _pages[page]++;
    }

    private void Remove(int index)
    {
        for (var page = (_buckets[index] >> PageBits) + 1; page < _pages.Length; page++)
            _pages[page]--;
        _used--;
        Array.Copy(_buckets, index + 1, _buckets, index, _used - index);
        Array.Copy(_counts, index + 1, _counts, index, _used - index);
    }
}
