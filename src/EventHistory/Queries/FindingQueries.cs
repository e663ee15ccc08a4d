using EventHistory.Core.Watching;
using Npgsql;
using NpgsqlTypes;

namespace EventHistory.Queries;

/// <summary>What the watching jobs found to be wrong.</summary>
internal sealed class FindingQueries(NpgsqlDataSource database)
{
    // by kind, because the index is; there are few of them
    private const string ListSql = """
        select f.id, f.kind, s.name, f.since, f.found_at, f.resolved_at, f.resolution, f.task_key, f.task_id, name.value, f.task_state,
               worker.value, queue.value,
               f.task_key is not null and exists (select from eventhistory.gap g where g.source_id = f.source_id and g.before_time >= f.since - interval '1 day'
                                                     and coalesce(g.after_time, g.before_time) <= f.found_at),
               encode(uuid_send(f.fingerprint), 'hex'),
               (select g.title from eventhistory.failure_group g where g.source_id = f.source_id and g.fingerprint = f.fingerprint)
          from (select of_kind.*
                  from unnest($1::text[]) wanted(kind)
                 cross join lateral (
                       select * from eventhistory.finding f
                        where f.kind = wanted.kind and ($2::boolean is null or (f.resolved_at is null) = $2) and ($3::bigint is null or f.id < $3)
                        order by f.id desc limit $4) of_kind
                 order by of_kind.id desc limit $4) f
          join eventhistory.source s on s.id = f.source_id
          left join eventhistory.label name on name.id = f.task_name_id
          left join eventhistory.label worker on worker.id = f.worker_id
          left join eventhistory.label queue on queue.id = f.queue_id
         order by f.id desc
        """;

    /// <summary>The latest first.</summary>
    public async Task<FindingList> List(FindingListQuery query, CancellationToken ct)
    {
        await using var command = database.CreateCommand(ListSql);
        command.CommandTimeout = QueryFault.TimeLimit;
        command.Parameters.Add(new() { Value = query.Kinds.ToArray() });
        command.Parameters.Add(new() { Value = (object?)query.Open ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Boolean });
        command.Parameters.Add(new() { Value = (object?)query.Before ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Bigint });
        command.Parameters.Add(new() { Value = query.Limit });
        await using var rows = await command.ExecuteReaderAsync(ct);
        var items = new List<FindingView>();
        while (await rows.ReadAsync(ct))
            items.Add(Read(rows));
        return new(items, await Open(query.Kinds, ct));
    }

    private const string OpenSql = """
        select kind, count(*) from eventhistory.finding where resolved_at is null and kind = any($1) group by kind
        """;

    private async Task<IReadOnlyDictionary<string, long>> Open(IReadOnlyList<string> kinds, CancellationToken ct)
    {
        await using var command = database.CreateCommand(OpenSql);
        command.CommandTimeout = QueryFault.TimeLimit;
        command.Parameters.Add(new() { Value = kinds.ToArray() });
        await using var rows = await command.ExecuteReaderAsync(ct);
        var open = new OrderedDictionary<string, long>(kinds.Select(kind => KeyValuePair.Create(kind, 0L)));
        while (await rows.ReadAsync(ct))
            open[rows.GetString(0)] = rows.GetInt64(1);
        return open;
    }

    private static FindingView Read(NpgsqlDataReader row) => new()
    {
        Id = row.GetInt64(0),
        Kind = row.GetString(1),
        Source = row.GetString(2),
        Since = row.GetDateTime(3),
        FoundAt = row.GetDateTime(4),
        ResolvedAt = TaskRecord.Value<DateTime>(row, 5),
        Resolution = TaskRecord.Text(row, 6),
        TaskId = TaskRecord.Id(row, 7),
        TaskName = TaskRecord.Text(row, 9),
        TaskState = TaskRecord.Text(row, 10),
        Worker = TaskRecord.Text(row, 11),
        Queue = TaskRecord.Text(row, 12),
        MessagesMissing = row.GetBoolean(13),
        FailureGroup = TaskRecord.Text(row, 14),
        FailureTitle = TaskRecord.Text(row, 15),
    };
}
