using EventHistory.Core.Celery;
using EventHistory.Core.Tasks;
using EventHistory.Store;
using Npgsql;

namespace EventHistory.Projections;

/// <summary>The table <c>task</c>: loading folds, inserting new tasks and updating known ones, each in one statement a batch.</summary>
internal static class TaskTable
{
    private const string LoadSql = """
        select key, id, first_seen, retries, event_count, positions, last_position, stamps
          from eventhistory.task where key = any($1)
        """;

    /// <summary>The folds of those keys that have a row.</summary>
    public static async Task<List<TaskFold>> Load(NpgsqlConnection connection, Guid[] keys, Labels labels, CancellationToken ct)
    {
        var stored = new List<(TaskId Id, DateTime FirstSeen, int Retries, int EventCount, long[] Positions, long LastPosition, byte[] Stamps)>();
        await using (var command = new NpgsqlCommand(LoadSql, connection) { Parameters = { new() { Value = keys } } })
        await using (var rows = await command.ExecuteReaderAsync(ct))
        {
            while (await rows.ReadAsync(ct))
            {
                stored.Add((TaskId.Stored(rows.GetGuid(0), rows.IsDBNull(1) ? null : rows.GetString(1)), rows.GetDateTime(2), rows.GetInt32(3),
                    rows.GetInt32(4), rows.GetFieldValue<long[]>(5), rows.GetInt64(6), rows.GetFieldValue<byte[]>(7)));
            }
        }
        await labels.Load(stored.SelectMany(row => StampCodec.Labels(row.Stamps)), ct);
        return stored.ConvertAll(row => TaskFold.Load(row.Id, StampCodec.Read(row.Stamps, number => labels[number]), row.FirstSeen,
            row.Retries, row.EventCount, row.Positions, row.LastPosition));
    }

    // Both statements take the same columns in the same order: TaskColumns.
    private const string InsertSql = """
        insert into eventhistory.task (key, id, source_id, state, state_at, first_seen, worker_id, worker_pid, retries, clock,
            sent, received, started, succeeded, failed, retried, revoked, rejected, queue_wait, worker_wait,
            event_count, positions, last_position, stamps,
            name_id, args, kwargs, args_truncated, kwargs_truncated, eta, expires, root_key, root_id, parent_key, parent_id,
            client_id, queue_id, exchange_id, routing_key_id,
            result, result_truncated, runtime, exception, traceback, terminated, expired, signal)
        select key, id, source_id, state, state_at, first_seen, worker_id, worker_pid, retries, clock,
            sent, received, started, succeeded, failed, retried, revoked, rejected, queue_wait, worker_wait,
            event_count, positions::bigint[], last_position, stamps,
            name_id, args, kwargs, args_truncated, kwargs_truncated, eta, expires, root_key, root_id, parent_key, parent_id,
            client_id, queue_id, exchange_id, routing_key_id,
            result, result_truncated, runtime, exception, traceback, terminated, expired, signal
          from
        """ + TaskColumns.UnnestSql;

    private const string UpdateSql = """
        update eventhistory.task t set
            state = u.state, state_at = u.state_at, first_seen = u.first_seen, worker_id = u.worker_id, worker_pid = u.worker_pid,
            retries = u.retries, clock = u.clock, sent = u.sent, received = u.received, started = u.started, succeeded = u.succeeded,
            failed = u.failed, retried = u.retried, revoked = u.revoked, rejected = u.rejected, queue_wait = u.queue_wait,
            worker_wait = u.worker_wait, event_count = u.event_count, positions = u.positions::bigint[], last_position = u.last_position,
            stamps = u.stamps,
            name_id = case when u.defines then u.name_id else t.name_id end,
            args = case when u.defines then u.args else t.args end,
            kwargs = case when u.defines then u.kwargs else t.kwargs end,
            args_truncated = case when u.defines then u.args_truncated else t.args_truncated end,
            kwargs_truncated = case when u.defines then u.kwargs_truncated else t.kwargs_truncated end,
            eta = case when u.defines then u.eta else t.eta end,
            expires = case when u.defines then u.expires else t.expires end,
            root_key = case when u.defines then u.root_key else t.root_key end,
            root_id = case when u.defines then u.root_id else t.root_id end,
            parent_key = case when u.descends then u.parent_key else t.parent_key end,
            parent_id = case when u.descends then u.parent_id else t.parent_id end,
            client_id = case when u.sends then u.client_id else t.client_id end,
            queue_id = case when u.sends then u.queue_id else t.queue_id end,
            exchange_id = case when u.sends then u.exchange_id else t.exchange_id end,
            routing_key_id = case when u.sends then u.routing_key_id else t.routing_key_id end,
            result = case when u.succeeds then u.result else t.result end,
            result_truncated = case when u.succeeds then u.result_truncated else t.result_truncated end,
            runtime = case when u.succeeds then u.runtime else t.runtime end,
            exception = case when u.fails then u.exception else t.exception end,
            traceback = case when u.fails then u.traceback else t.traceback end,
            terminated = case when u.revokes then u.terminated else t.terminated end,
            expired = case when u.revokes then u.expired else t.expired end,
            signal = case when u.revokes then u.signal else t.signal end
          from
        """ + TaskColumns.UnnestSql + " where t.key = u.key";

    /// <summary>The commands that write what a batch changed.</summary>
    public static IEnumerable<NpgsqlBatchCommand> Write(int sourceId, IReadOnlyCollection<TaskFold> changed, Labels labels)
    {
        foreach (var group in changed.GroupBy(fold => fold.IsStored))
        {
            var columns = new TaskColumns();
            foreach (var fold in group)
                columns.Add(sourceId, new TaskRow(fold), labels);
            var command = new NpgsqlBatchCommand(group.Key ? UpdateSql : InsertSql);
            columns.AddTo(command);
            yield return command;
        }
    }
}
