using System.Globalization;
using EventHistory.Core.Celery;
using EventHistory.Core.Tasks;
using EventHistory.Store;
using Npgsql;
using NpgsqlTypes;

namespace EventHistory.Projections;

/// <summary>Many task rows as one array a column: how they travel to PostgreSQL.</summary>
internal sealed class TaskColumns
{
    /// <summary>The rows as a table <c>u</c>. The flags (defines, sends, …) say whether the columns behind them carry anything.</summary>
    public const string UnnestSql = """
         unnest(
            $1::uuid[], $2::text[], $3::int[], $4::text[], $5::timestamptz[], $6::timestamptz[], $7::int[], $8::int[],
            $9::int[], $10::bigint[], $11::timestamptz[], $12::timestamptz[], $13::timestamptz[], $14::timestamptz[], $15::timestamptz[], $16::timestamptz[],
            $17::timestamptz[], $18::timestamptz[], $19::float8[], $20::float8[], $21::int[], $22::text[], $23::bigint[], $24::bytea[],
            $25::boolean[], $26::int[], $27::text[], $28::text[], $29::boolean[], $30::boolean[], $31::text[], $32::text[],
            $33::uuid[], $34::text[], $35::boolean[], $36::uuid[], $37::text[], $38::boolean[], $39::int[], $40::int[],
            $41::int[], $42::int[], $43::boolean[], $44::text[], $45::boolean[], $46::float8[], $47::boolean[], $48::text[],
            $49::text[], $50::boolean[], $51::boolean[], $52::boolean[], $53::text[]) as u(
            key, id, source_id, state, state_at, first_seen, worker_id, worker_pid, retries, clock,
            sent, received, started, succeeded, failed, retried, revoked, rejected, queue_wait, worker_wait,
            event_count, positions, last_position, stamps, defines, name_id, args, kwargs, args_truncated, kwargs_truncated,
            eta, expires, root_key, root_id, descends, parent_key, parent_id, sends, client_id, queue_id,
            exchange_id, routing_key_id, succeeds, result, result_truncated, runtime, fails, exception, traceback, revokes,
            terminated, expired, signal)
        """;

    private readonly List<Guid> _key = [];
    private readonly List<string?> _id = [];
    private readonly List<int> _sourceId = [];
    private readonly List<string> _state = [];
    private readonly List<DateTime> _stateAt = [];
    private readonly List<DateTime> _firstSeen = [];
    private readonly List<int?> _workerId = [];
    private readonly List<int?> _workerPid = [];
    private readonly List<int> _retries = [];
    private readonly List<long> _clock = [];
    private readonly List<DateTime?> _sent = [];
    private readonly List<DateTime?> _received = [];
    private readonly List<DateTime?> _started = [];
    private readonly List<DateTime?> _succeeded = [];
    private readonly List<DateTime?> _failed = [];
    private readonly List<DateTime?> _retried = [];
    private readonly List<DateTime?> _revoked = [];
    private readonly List<DateTime?> _rejected = [];
    private readonly List<double?> _queueWait = [];
    private readonly List<double?> _workerWait = [];
    private readonly List<int> _eventCount = [];
    private readonly List<string> _positions = [];
    private readonly List<long> _lastPosition = [];
    private readonly List<byte[]> _stamps = [];
    private readonly List<bool> _defines = [];
    private readonly List<int?> _nameId = [];
    private readonly List<string?> _args = [];
    private readonly List<string?> _kwargs = [];
    private readonly List<bool> _argsTruncated = [];
    private readonly List<bool> _kwargsTruncated = [];
    private readonly List<string?> _eta = [];
    private readonly List<string?> _expires = [];
    private readonly List<Guid?> _rootKey = [];
    private readonly List<string?> _rootId = [];
    private readonly List<bool> _descends = [];
    private readonly List<Guid?> _parentKey = [];
    private readonly List<string?> _parentId = [];
    private readonly List<bool> _sends = [];
    private readonly List<int?> _clientId = [];
    private readonly List<int?> _queueId = [];
    private readonly List<int?> _exchangeId = [];
    private readonly List<int?> _routingKeyId = [];
    private readonly List<bool> _succeeds = [];
    private readonly List<string?> _result = [];
    private readonly List<bool> _resultTruncated = [];
    private readonly List<double?> _runtime = [];
    private readonly List<bool> _fails = [];
    private readonly List<string?> _exception = [];
    private readonly List<string?> _traceback = [];
    private readonly List<bool> _revokes = [];
    private readonly List<bool?> _terminated = [];
    private readonly List<bool?> _expired = [];
    private readonly List<string?> _signal = [];

    public void Add(int sourceId, TaskRow row, Labels labels)
    {
        var fold = row.Fold;
        var definition = fold.Definition;
        var sent = fold.Sent;
        TaskId? root = definition?.RootId is { Length: > 0 } rootId ? TaskId.Parse(rootId) : null;
        TaskId? parent = fold.Lineage?.ParentId is { Length: > 0 } parentId ? TaskId.Parse(parentId) : null;
        _key.Add(fold.Id.Key);
        _id.Add(fold.Id.OddText);
        _sourceId.Add(sourceId);
        _state.Add(row.State);
        _stateAt.Add(row.StateAt);
        _firstSeen.Add(row.FirstSeen);
        _workerId.Add(labels.Find(row.Worker));
        _workerPid.Add(row.WorkerPid);
        _retries.Add(fold.Retries);
        _clock.Add(row.Clock);
        _sent.Add(row.Latest(EventKind.TaskSent));
        _received.Add(row.Latest(EventKind.TaskReceived));
        _started.Add(row.Latest(EventKind.TaskStarted));
        _succeeded.Add(row.Latest(EventKind.TaskSucceeded));
        _failed.Add(row.Latest(EventKind.TaskFailed));
        _retried.Add(row.Latest(EventKind.TaskRetried));
        _revoked.Add(row.Latest(EventKind.TaskRevoked));
        _rejected.Add(row.Latest(EventKind.TaskRejected));
        _queueWait.Add(row.QueueWait);
        _workerWait.Add(row.WorkerWait);
        _eventCount.Add(fold.EventCount);
        _positions.Add(PositionsText(fold.Positions));
        _lastPosition.Add(fold.LastPosition);
        _stamps.Add(row.Stamps(labels));
        _defines.Add(definition is not null);
        _nameId.Add(labels.Find(definition?.Name));
        _args.Add(definition?.Args);
        _kwargs.Add(definition?.Kwargs);
        _argsTruncated.Add(PythonRepr.IsTruncated(definition?.Args));
        _kwargsTruncated.Add(PythonRepr.IsTruncated(definition?.Kwargs));
        _eta.Add(definition?.Eta);
        _expires.Add(definition?.Expires);
        _rootKey.Add(root?.Key);
        _rootId.Add(root?.OddText);
        _descends.Add(fold.Lineage is not null);
        _parentKey.Add(parent?.Key);
        _parentId.Add(parent?.OddText);
        _sends.Add(sent is not null);
        _clientId.Add(labels.Find(sent?.Hostname));
        _queueId.Add(labels.Find(sent?.Queue));
        _exchangeId.Add(labels.Find(sent?.Exchange));
        _routingKeyId.Add(labels.Find(sent?.RoutingKey));
        _succeeds.Add(fold.Succeeded is not null);
        _result.Add(fold.Succeeded?.Result);
        _resultTruncated.Add(PythonRepr.IsTruncated(fold.Succeeded?.Result));
        _runtime.Add(fold.Succeeded?.Runtime);
        _fails.Add(fold.Error is not null);
        _exception.Add(fold.Error?.Exception);
        _traceback.Add(fold.Error?.Traceback);
        _revokes.Add(fold.Revoked is not null);
        _terminated.Add(fold.Revoked?.Terminated);
        _expired.Add(fold.Revoked?.Expired);
        _signal.Add(fold.Revoked?.Signum);
    }

    /// <summary>The parameters in the order of <see cref="UnnestSql"/>.</summary>
    public void AddTo(NpgsqlBatchCommand command)
    {
        void Add<T>(List<T> column) => command.Parameters.Add(new NpgsqlParameter<List<T>> { TypedValue = column });

        void AddTimes<T>(List<T> column) => command.Parameters.Add(
            new NpgsqlParameter<List<T>> { TypedValue = column, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.TimestampTz });

        Add(_key);
        Add(_id);
        Add(_sourceId);
        Add(_state);
        AddTimes(_stateAt);
        AddTimes(_firstSeen);
        Add(_workerId);
        Add(_workerPid);
        Add(_retries);
        Add(_clock);
        AddTimes(_sent);
        AddTimes(_received);
        AddTimes(_started);
        AddTimes(_succeeded);
        AddTimes(_failed);
        AddTimes(_retried);
        AddTimes(_revoked);
        AddTimes(_rejected);
        Add(_queueWait);
        Add(_workerWait);
        Add(_eventCount);
        Add(_positions);
        Add(_lastPosition);
        Add(_stamps);
        Add(_defines);
        Add(_nameId);
        Add(_args);
        Add(_kwargs);
        Add(_argsTruncated);
        Add(_kwargsTruncated);
        Add(_eta);
        Add(_expires);
        Add(_rootKey);
        Add(_rootId);
        Add(_descends);
        Add(_parentKey);
        Add(_parentId);
        Add(_sends);
        Add(_clientId);
        Add(_queueId);
        Add(_exchangeId);
        Add(_routingKeyId);
        Add(_succeeds);
        Add(_result);
        Add(_resultTruncated);
        Add(_runtime);
        Add(_fails);
        Add(_exception);
        Add(_traceback);
        Add(_revokes);
        Add(_terminated);
        Add(_expired);
        Add(_signal);
    }

    // an array of arrays of different lengths does not exist in PostgreSQL
    private static string PositionsText(IReadOnlyList<long> positions) =>
        string.Create(CultureInfo.InvariantCulture, $"{{{string.Join(',', positions)}}}");
}
