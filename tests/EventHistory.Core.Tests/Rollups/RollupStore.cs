using EventHistory.Core.Rollups;

namespace EventHistory.Core.Tests.Rollups;

/// <summary>What the table is to a fold: rows to load again what it forgot, and to write whole what changed.</summary>
internal sealed class RollupStore(int capacity = int.MaxValue)
{
    private readonly RollupFold _fold = new(capacity);
    private readonly Dictionary<RollupKey, Row> _rows = [];
    private readonly Queue<List<(RollupKey Key, Row? Row)>> _underWay = [];

    public int InMemory => _fold.Count;

    public int UnderWay => _underWay.Count;

    public IEnumerable<RollupKey> Keys => _rows.Keys;

    /// <summary>The rows in order of their keys: counts, then of each duration its count, sum and histogram.</summary>
    public IReadOnlyList<string> Rows => [.. _rows.Select(row => $"{row.Key.Resolution} {row.Key.At:O} {row.Key.Dimension} {row.Key.LabelId}: {row.Value}").Order(StringComparer.Ordinal)];

    public void Apply(Outcome? before, Outcome? after) => _fold.Apply(before, after);

    public void Commit()
    {
        Begin();
        while (_underWay.Count > 0)
            End();
    }

    /// <summary>Loads what is not in memory, and gives the transaction what changed.</summary>
    public void Begin()
    {
        foreach (var (key, rollup) in _fold.Unloaded)
        {
            if (_rows.TryGetValue(key, out var row))
                row.MergeInto(rollup);
        }
        _fold.Unloaded.Clear();
        _underWay.Enqueue([.. _fold.Take().Select(changed => (changed.Key, changed.Rollup.IsEmpty ? null : Row.Of(changed.Rollup)))]);
    }

    /// <summary>The earliest transaction commits.</summary>
    public void End()
    {
        foreach (var (key, row) in _underWay.Dequeue())
        {
            if (row is null)
                _rows.Remove(key);
            else
                _rows[key] = row;
        }
        _fold.Stored();
    }

    private sealed record Row(long Succeeded, long Failed, long Revoked, long Rejected, long Retries, Row.Part Runtime, Row.Part QueueWait, Row.Part WorkerWait)
    {
        public static Row Of(Rollup r) =>
            new(r.Succeeded, r.Failed, r.Revoked, r.Rejected, r.Retries, Part.Of(r.Runtime), Part.Of(r.QueueWait), Part.Of(r.WorkerWait));

        public void MergeInto(Rollup rollup)
        {
            rollup.Merge(Succeeded, Failed, Revoked, Rejected, Retries);
            rollup.Runtime.Merge(Runtime.Seconds, Runtime.Histogram);
            rollup.QueueWait.Merge(QueueWait.Seconds, QueueWait.Histogram);
            rollup.WorkerWait.Merge(WorkerWait.Seconds, WorkerWait.Histogram);
        }

        public override string ToString() => $"{Succeeded} {Failed} {Revoked} {Rejected} {Retries} | {Runtime} | {QueueWait} | {WorkerWait}";

        public sealed record Part(long Count, decimal Seconds, byte[] Histogram)
        {
            public static Part Of(Durations durations) => new(durations.Count, durations.Seconds, durations.Histogram.ToBytes());

            public override string ToString() => FormattableString.Invariant($"{Count} {Seconds} {Convert.ToHexString(Histogram)}");
        }
    }
}
