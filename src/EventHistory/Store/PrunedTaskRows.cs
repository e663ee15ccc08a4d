using EventHistory.Core.Retention;
using Npgsql;
using NpgsqlTypes;

namespace EventHistory.Store;

/// <summary>The table <c>pruned_task</c>: which tasks were pruned.</summary>
internal static class PrunedTaskRows
{
    private const string InLogSql = """
        select p.source_id, p.before, p.keys, p.receipt_id
          from eventhistory.pruned_task p join eventhistory.prune_receipt r on r.id = p.receipt_id
         where r.pruned_at is not null
           and exists (select from eventhistory.pruned_log l where l.receipt_id = r.id and l.day = coalesce($1, l.day))
         order by p.source_id, p.receipt_id, p.first_key
        """;

    /// <summary>By source, the tasks of which the log still has events.</summary>
    /// <param name="day">Only those with events of this day (UTC); null: all.</param>
    public static async Task<IReadOnlyDictionary<int, PrunedTasks>> InLog(NpgsqlConnection connection, DateOnly? day, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(InLogSql, connection)
        {
            CommandTimeout = 0,
            Parameters = { new() { Value = (object?)day ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Date } },
        };
        await using var rows = await command.ExecuteReaderAsync(ct);
        var sources = new Dictionary<int, PrunedTasks>();
        var keys = new List<long>();
        (int Source, long Before, long Receipt) current = default;
        while (await rows.ReadAsync(ct))
        {
            var next = (rows.GetInt32(0), rows.GetInt64(1), rows.GetInt64(3));
            if (next != current)
                End();
            current = next;
            PrunedKeys.Unpack(rows.GetFieldValue<byte[]>(2), keys);
        }
        End();
        return sources;

        void End()
        {
            if (keys.Count == 0)
                return;
            if (!sources.TryGetValue(current.Source, out var tasks))
                sources.Add(current.Source, tasks = new PrunedTasks());
            tasks.Add([.. keys], current.Before);
            keys.Clear();
        }
    }

    // One look-up for each receipt
    private const string ReceiptSql = """
        select r.id, r.pruned_at, r.policy::text, r.day, r.tasks, r.states::text, r.first_seen, r.last_seen, p.keys
          from eventhistory.prune_receipt r
         cross join lateral (select distinct k.source_id from eventhistory.pruned_task k where k.receipt_id = r.id) s
         cross join lateral (
               select k.keys from eventhistory.pruned_task k
                where k.receipt_id = r.id and k.source_id = s.source_id and k.first_key <= $1 order by k.first_key desc limit 1) p
         where r.pruned_at is not null and r.kind = 'tasks'
         order by r.pruned_at desc
        """;

    /// <returns>The latest receipt that a task is on; null: on none.</returns>
    public static async Task<PruneReceipt?> Find(NpgsqlConnection connection, Guid task, CancellationToken ct)
    {
        var key = PrunedKeys.Of(task);
        await using var command = new NpgsqlCommand(ReceiptSql, connection) { Parameters = { new() { Value = key } } };
        await using var rows = await command.ExecuteReaderAsync(ct);
        while (await rows.ReadAsync(ct))
        {
            if (PrunedKeys.Holds(rows.GetFieldValue<byte[]>(8), key))
                return PruneReceiptRows.Read(rows);
        }
        return null;
    }
}
