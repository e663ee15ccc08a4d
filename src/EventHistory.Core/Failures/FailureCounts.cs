using EventHistory.Core.Queries;

namespace EventHistory.Core.Failures;

/// <summary>How often tasks of one group failed in a range: by bucket, and by name.</summary>
/// <param name="from">The beginning of the range.</param>
/// <param name="to">Its end, excluded.</param>
public sealed class FailureCounts(DateTime from, DateTime to, TimeSpan bucket)
{
    private readonly DateTime _first = BucketWidth.Start(from, bucket);
    private readonly long[] _buckets = new long[(int)((to.Ticks - 1 - BucketWidth.Start(from, bucket).Ticks) / bucket.Ticks) + 1];
    private readonly Dictionary<int, long> _names = [];

    public long Failed { get; private set; }

    public IReadOnlyList<long> Buckets => _buckets;

    /// <summary>By number of the name, 0 if it is unknown.</summary>
    public IReadOnlyDictionary<int, long> Names => _names;

    /// <param name="at">When the rollup began that counted them.</param>
    public void Add(DateTime at, int nameId, long failed)
    {
        Failed += failed;
        _buckets[Math.Clamp((at - _first).Ticks / bucket.Ticks, 0, _buckets.Length - 1)] += failed;
        _names[nameId] = _names.GetValueOrDefault(nameId) + failed;
    }
}
