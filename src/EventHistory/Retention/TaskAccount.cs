using System.Text.Json;
using EventHistory.Core.Retention;
using Npgsql;
using NpgsqlTypes;

namespace EventHistory.Retention;

/// <summary>What a receipt tells of the tasks of a partition: their keys, their states, and where the log has their events.</summary>
/// <param name="before">Of each source, the position below which rows show all events.</param>
internal sealed class TaskAccount(IReadOnlyDictionary<int, long> before, LogDays log)
{
    private readonly Dictionary<int, List<long>> _keys = [];
    private readonly SortedDictionary<string, long> _states = new(StringComparer.Ordinal);
    private readonly Dictionary<DateOnly, long> _days = [];
    private readonly Dictionary<int, DateTime> _latest = [];
    private DateTime _firstSeen = DateTime.MaxValue;
    private DateTime _lastSeen = DateTime.MinValue;

    /// <summary>Tasks of which rows may not show everything yet; they stay.</summary>
    public List<Guid> TooYoung { get; } = [];

    public void Add(int source, Guid key, long[] positions, int events, long? last, string state, DateTime firstSeen, DateTime stateAt)
    {
        if ((last ?? positions[^1]) >= before[source])
        {
            TooYoung.Add(key);
            return;
        }
        if (!_keys.TryGetValue(source, out var keys))
            _keys.Add(source, keys = []);
        keys.Add(PrunedKeys.Of(key));
        _states[state] = _states.GetValueOrDefault(state) + 1;
        foreach (var position in positions)
            Count(log.Of(source, position), 1);
        if (last is { } end)
        {
            // a long story: its further events are somewhere until its last
            Count(log.Of(source, end), events - positions.Length);
            foreach (var day in log.Between(source, positions[^1], end))
                Count(day, 0);
        }
        (_firstSeen, _lastSeen) = (firstSeen < _firstSeen ? firstSeen : _firstSeen, firstSeen > _lastSeen ? firstSeen : _lastSeen);
        _latest[source] = stateAt > _latest.GetValueOrDefault(source) ? stateAt : _latest[source];
    }

    private void Count(DateOnly? day, long events)
    {
        if (day is { } known)
            _days[known] = _days.GetValueOrDefault(known) + events;
    }

    private const string ReceiptSql = """
        insert into eventhistory.prune_receipt (kind, decided_at, policy, day, tasks, states, first_seen, last_seen)
        values ('tasks', $1, $2, $3, $4, $5, $6, $7) returning id
        """;

    private const string KeysSql = "copy eventhistory.pruned_task (receipt_id, source_id, first_key, before, keys) from stdin (format binary)";

    private const string DaysSql = "insert into eventhistory.pruned_log (day, receipt_id, events) select d.day, $1, d.events from unnest($2::date[], $3::bigint[]) d(day, events)";

    // from now on a rebuild keeps what was counted of these tasks
    private const string PrunedBeforeSql = """
        update eventhistory.source s set pruned_before = greatest(s.pruned_before, p.latest + interval '1 hour')
          from unnest($1::int[], $2::timestamptz[]) p(id, latest) where p.id = s.id
        """;

    public async Task<TaskReceipt> Write(PruneSession session, DayPartition partition, string policy, DateTime now, CancellationToken ct)
    {
        var tasks = _keys.Sum(k => (long)k.Value.Count);
        await using var transaction = await session.Connection.BeginTransactionAsync(ct);
        var id = await session.Ask<long>(ReceiptSql, ct,
            new() { Value = now },
            new() { Value = policy, NpgsqlDbType = NpgsqlDbType.Jsonb },
            new() { Value = partition.Day },
            new() { Value = tasks },
            new() { Value = JsonSerializer.Serialize(_states), NpgsqlDbType = NpgsqlDbType.Jsonb },
            Time(tasks == 0 ? null : _firstSeen),
            Time(tasks == 0 ? null : _lastSeen));
        await using (var rows = await session.Connection.BeginBinaryImportAsync(KeysSql, ct))
        {
            foreach (var (source, keys) in _keys)
            {
                keys.Sort();
                foreach (var chunk in keys.ToArray().Chunk(PrunedKeys.PerChunk))
                {
                    await rows.StartRowAsync(ct);
                    await rows.WriteAsync(id, ct);
                    await rows.WriteAsync(source, ct);
                    await rows.WriteAsync(chunk[0], ct);
                    await rows.WriteAsync(before[source], ct);
                    await rows.WriteAsync(PrunedKeys.Pack(chunk), ct);
                }
            }
            await rows.CompleteAsync(ct);
        }
        await session.Execute(DaysSql, ct, new() { Value = id }, new() { Value = _days.Keys.ToArray() }, new() { Value = _days.Values.ToArray() });
        await session.Execute(PrunedBeforeSql, ct, new() { Value = _latest.Keys.ToArray() },
            new() { Value = _latest.Values.ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.TimestampTz });
        await transaction.CommitAsync(ct);
        return new TaskReceipt(id, tasks);
    }

    private static NpgsqlParameter Time(DateTime? time) => new() { Value = (object?)time ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.TimestampTz };
}
