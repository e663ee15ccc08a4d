using EventHistory.Core.Rollups;
using Npgsql;
using NpgsqlTypes;

namespace EventHistory.Projections;

/// <summary>Many rollup rows as one array a column: how they travel to PostgreSQL.</summary>
internal sealed class RollupColumns
{
    private readonly RollupKeyColumns _key = new();
    private readonly List<long> _succeeded = [];
    private readonly List<long> _failed = [];
    private readonly List<long> _revoked = [];
    private readonly List<long> _rejected = [];
    private readonly List<long> _retries = [];
    private readonly DurationColumns _runtime = new();
    private readonly DurationColumns _queueWait = new();
    private readonly DurationColumns _workerWait = new();

    public int Count => _succeeded.Count;

    public void Add(RollupKey key, Rollup rollup)
    {
        _key.Add(key);
        _succeeded.Add(rollup.Succeeded);
        _failed.Add(rollup.Failed);
        _revoked.Add(rollup.Revoked);
        _rejected.Add(rollup.Rejected);
        _retries.Add(rollup.Retries);
        _runtime.Add(rollup.Runtime);
        _queueWait.Add(rollup.QueueWait);
        _workerWait.Add(rollup.WorkerWait);
    }

    /// <summary>The key's columns (<see cref="RollupKeyColumns.AddTo"/>), then <c>$7</c> to <c>$20</c>.</summary>
    public void AddTo(NpgsqlParameterCollection parameters)
    {
        _key.AddTo(parameters);
        foreach (var counts in new[] { _succeeded, _failed, _revoked, _rejected, _retries })
            parameters.Add(new NpgsqlParameter<List<long>> { TypedValue = counts });
        foreach (var durations in new[] { _runtime, _queueWait, _workerWait })
            durations.AddTo(parameters);
    }

    private sealed class DurationColumns
    {
        private readonly List<long> _count = [];
        private readonly List<decimal> _sum = [];
        private readonly List<byte[]> _histogram = [];

        public void Add(Durations durations)
        {
            _count.Add(durations.Count);
            _sum.Add(durations.Seconds);
            _histogram.Add(durations.Histogram.ToBytes());
        }

        public void AddTo(NpgsqlParameterCollection parameters)
        {
            parameters.Add(new NpgsqlParameter<List<long>> { TypedValue = _count });
            parameters.Add(new NpgsqlParameter<List<decimal>> { TypedValue = _sum });
            parameters.Add(new NpgsqlParameter<List<byte[]>> { TypedValue = _histogram });
        }
    }
}

/// <summary>Keys of rollup rows, the same way.</summary>
internal sealed class RollupKeyColumns
{
    private readonly List<string> _resolution = [];
    private readonly List<string> _dimension = [];
    private readonly List<DateTime> _at = [];
    private readonly List<int> _labelId = [];
    private readonly List<int> _nameId = [];

    public void Add(RollupKey key)
    {
        _resolution.Add(key.Resolution.Text());
        _dimension.Add(key.Dimension.Text());
        _at.Add(key.At);
        _labelId.Add(key.LabelId);
        _nameId.Add(key.NameId);
    }

    /// <summary><c>$2</c> to <c>$6</c>.</summary>
    public void AddTo(NpgsqlParameterCollection parameters)
    {
        parameters.Add(new NpgsqlParameter<List<string>> { TypedValue = _resolution });
        parameters.Add(new NpgsqlParameter<List<string>> { TypedValue = _dimension });
        parameters.Add(new NpgsqlParameter<List<DateTime>> { TypedValue = _at, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.TimestampTz });
        parameters.Add(new NpgsqlParameter<List<int>> { TypedValue = _labelId });
        parameters.Add(new NpgsqlParameter<List<int>> { TypedValue = _nameId });
    }
}
