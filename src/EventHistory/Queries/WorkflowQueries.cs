using EventHistory.Core.Celery;
using EventHistory.Core.Workflows;
using Npgsql;

namespace EventHistory.Queries;

/// <summary>A workflow as a whole, in one snapshot.</summary>
internal sealed class WorkflowQueries(NpgsqlDataSource database)
{
    // any task leads to its workflow; a root of which nothing was recorded is known from those that name it
    private const string RootSql = """
        select f.key, f.id, f.source_id
          from ((select coalesce(t.root_key, t.key) as key, case when t.root_key is null then t.id else t.root_id end as id, t.source_id, 0 as rank
                   from eventhistory.task t where t.key = $1 order by t.first_seen desc, t.source_id limit 1)
                union all
                (select t.root_key, t.root_id, t.source_id, 1
                   from eventhistory.task t where t.root_key = $1 and t.root_key <> t.key limit 1)) f
         order by f.rank
         limit 1
        """;

    private const string Members = """
        (select * from eventhistory.task where key = $1 and source_id = $2
         union all
         select * from eventhistory.task where root_key = $1 and root_key <> key and source_id = $2) t
        """;

    private const string TotalsSql = """
        select t.state, count(*), sum(t.retries), coalesce(sum(t.runtime), 0), min(t.first_seen), max(t.state_at), array_agg(distinct t.worker_id)
          from 
        """ + Members + " group by t.state order by count(*) desc, t.state";

    private const string TasksSql = """
        select t.key, t.id, t.parent_key, t.parent_id, name.value, t.state, t.state_at, t.first_seen, t.sent, t.received, t.started,
               t.runtime, t.queue_wait, t.worker_wait, t.retries, worker.value, queue.value
          from (select * from 
        """ + Members + """
         order by t.key = $1 desc, t.first_seen, t.key limit $3) t
          left join eventhistory.label name on name.id = t.name_id
          left join eventhistory.label worker on worker.id = t.worker_id
          left join eventhistory.label queue on queue.id = t.queue_id
         order by t.key = $1 desc, t.first_seen, t.key
        """;

    /// <param name="id">Of any of its tasks.</param>
    /// <param name="limit">How many tasks to list.</param>
    /// <param name="ct">Stop.</param>
    /// <returns>Null when no event of a task with this id was recorded, nor of one that it began.</returns>
    public async Task<Workflow?> Find(string id, int limit, CancellationToken ct)
    {
        await using var connection = await database.OpenConnectionAsync(ct);
        await using var snapshot = await QuerySnapshot.Begin(connection, ct);
        if (await Root(connection, TaskId.Parse(id), ct) is not { } root)
            return null;
        var workflow = await Totals(connection, root, ct);
        var tasks = WorkflowTree.Of(workflow.Root, await Tasks(connection, root, ct));
        return workflow with
        {
            Name = tasks.FirstOrDefault(t => t.Id == workflow.Root)?.Name,
            CriticalPath = tasks.Count < workflow.TaskCount ? null : CriticalPath.Of(tasks),
            Tasks = [.. tasks.Take(limit)],
            Complete = tasks.Count == workflow.TaskCount && tasks.Count <= limit,
        };
    }

    private static async Task<StoredRoot?> Root(NpgsqlConnection connection, TaskId id, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(RootSql, connection) { CommandTimeout = QueryFault.TimeLimit, Parameters = { new() { Value = id.Key } } };
        await using var row = await command.ExecuteReaderAsync(ct);
        return await row.ReadAsync(ct) ? new StoredRoot(row.GetGuid(0), TaskRecord.Id(row, 0)!, row.GetInt32(2)) : null;
    }

    private static async Task<Workflow> Totals(NpgsqlConnection connection, StoredRoot root, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(TotalsSql, connection)
        {
            CommandTimeout = QueryFault.TimeLimit,
            Parameters = { new() { Value = root.Key }, new() { Value = root.SourceId } },
        };
        await using var rows = await command.ExecuteReaderAsync(ct);
        var states = new List<WorkflowStateCount>();
        var workers = new HashSet<int>();
        var (retries, runtime, from, until) = (0L, 0d, default(DateTime?), default(DateTime?));
        while (await rows.ReadAsync(ct))
        {
            states.Add(new WorkflowStateCount(rows.GetString(0), rows.GetInt64(1)));
            (retries, runtime) = (retries + rows.GetInt64(2), runtime + rows.GetDouble(3));
            from = Earlier(from, TaskRecord.Known(rows.GetDateTime(4)));
            until = Later(until, TaskRecord.Known(rows.GetDateTime(5)));
            workers.UnionWith(rows.GetFieldValue<int?[]>(6).OfType<int>());
        }
        return new Workflow
        {
            Root = root.Id,
            State = WorkflowState.Of([.. states.Select(s => s.State)]),
            From = from,
            Until = until,
            TaskCount = states.Sum(s => s.Tasks),
            Retries = retries,
            Runtime = runtime,
            States = states,
            Workers = workers.Count,
            Tasks = [],
        };
    }

    private static async Task<List<WorkflowTask>> Tasks(NpgsqlConnection connection, StoredRoot root, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(TasksSql, connection)
        {
            CommandTimeout = QueryFault.TimeLimit,
            Parameters = { new() { Value = root.Key }, new() { Value = root.SourceId }, new() { Value = Workflow.MaxTasks } },
        };
        await using var rows = await command.ExecuteReaderAsync(ct);
        var tasks = new List<WorkflowTask>();
        while (await rows.ReadAsync(ct))
        {
            var isRoot = rows.GetGuid(0) == root.Key;
            tasks.Add(new WorkflowTask
            {
                Id = TaskRecord.Id(rows, 0)!,
                ParentId = isRoot ? null : TaskRecord.Id(rows, 2),
                Name = TaskRecord.Text(rows, 4),
                State = rows.GetString(5),
                StateAt = TaskRecord.Known(rows.GetDateTime(6)),
                FirstSeen = TaskRecord.Known(rows.GetDateTime(7)),
                Sent = TaskRecord.Value<DateTime>(rows, 8),
                Received = TaskRecord.Value<DateTime>(rows, 9),
                Started = TaskRecord.Value<DateTime>(rows, 10),
                Runtime = TaskRecord.Value<double>(rows, 11),
                QueueWait = TaskRecord.Wait(rows, 12),
                WorkerWait = TaskRecord.Wait(rows, 13),
                Retries = rows.GetInt32(14),
                Worker = TaskRecord.Text(rows, 15),
                Queue = TaskRecord.Text(rows, 16),
            });
        }
        return tasks;
    }

    private static DateTime? Earlier(DateTime? one, DateTime? other) => one < other || other is null ? one : other;

    private static DateTime? Later(DateTime? one, DateTime? other) => one > other || other is null ? one : other;

    private sealed record StoredRoot(Guid Key, string Id, int SourceId);
}
