using EventHistory.Core.Search;

namespace EventHistory.Core.Queries;

/// <summary>Tasks by state and bucket, while they are being counted.</summary>
public sealed class StateCounts(DateTime from, DateTime to, TimeSpan bucket)
{
    private readonly SortedDictionary<string, long[]> _states = new(StringComparer.Ordinal);
    private readonly DateTime _first = BucketWidth.Start(from, bucket);

    public DateTime From => from;

    public DateTime To => to;

    public TimeSpan Bucket => bucket;

    public long Total => _states.Values.Sum(counts => counts.Sum());

    /// <param name="at">When a bucket began; one outside of the range does not count.</param>
    public void Add(DateTime at, string state, long tasks)
    {
        var number = (at - _first).Ticks / bucket.Ticks;
        if (tasks == 0 || at < _first || at >= to)
            return;
        if (!_states.TryGetValue(state, out var counts))
            _states.Add(state, counts = new long[((to - _first).Ticks + bucket.Ticks - 1) / bucket.Ticks]);
        counts[number] += tasks;
    }

    public TaskHistogram Answer(TimeField time, string basis, bool isExact, DateTime? countedFrom) =>
        new(_first, bucket.TotalSeconds, Qualifier.NameOf(time), basis, isExact, countedFrom, [.. _states.Select(s => new StateSeries(s.Key, s.Value))]);
}
