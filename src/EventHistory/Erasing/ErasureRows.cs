using EventHistory.Core.Erasure;
using Npgsql;

namespace EventHistory.Erasing;

/// <summary>The tables <c>erasure</c> and <c>erased_task</c>: what is to be erased, and what was.</summary>
internal static class ErasureRows
{
    private const string AddSql = """
        with request as (
            insert into eventhistory.erasure (requested_at, requested_by, reason) values ($1, $2, $3) returning id
        ), tasks as (
            insert into eventhistory.erased_task (erasure_id, source_id, key) select r.id, t.source_id, t.key from request r, unnest($4::int[], $5::uuid[]) t(source_id, key)
        )
        select id from request
        """;

    /// <summary>From now on these tasks will be erased, whatever happens.</summary>
    public static async Task<long> Add(NpgsqlConnection connection, ErasureRequest request, IReadOnlyCollection<ChosenTask> tasks, DateTime now, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(AddSql, connection)
        {
            Parameters =
            {
                new() { Value = now },
                new() { Value = request.By },
                new() { Value = request.Why },
                new() { Value = tasks.Select(t => t.Source).ToArray() },
                new() { Value = tasks.Select(t => t.Key).ToArray() },
            },
        };
        return (long)(await command.ExecuteScalarAsync(ct))!;
    }

    private const string UnfinishedSql = "select e.id, e.requested_at, e.requested_by, e.reason from eventhistory.erasure e where e.finished_at is null order by e.id";

    public static async Task<List<ErasureRecord>> Unfinished(NpgsqlConnection connection, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(UnfinishedSql, connection);
        await using var rows = await command.ExecuteReaderAsync(ct);
        var unfinished = new List<ErasureRecord>();
        while (await rows.ReadAsync(ct))
            unfinished.Add(new ErasureRecord(rows.GetInt64(0), rows.GetDateTime(1), rows.GetString(2), rows.GetString(3), null, 0, 0, 0));
        return unfinished;
    }

    private const string NextSql = """
        select t.source_id, t.key from eventhistory.erased_task t where t.erasure_id = $1 and t.events is null order by t.source_id, t.key limit $2
        """;

    /// <summary>Tasks that are still to be erased.</summary>
    public static async Task<List<(int Source, Guid Key)>> Next(NpgsqlConnection connection, long erasure, int most, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(NextSql, connection) { Parameters = { new() { Value = erasure }, new() { Value = most } } };
        await using var rows = await command.ExecuteReaderAsync(ct);
        var tasks = new List<(int, Guid)>();
        while (await rows.ReadAsync(ct))
            tasks.Add((rows.GetInt32(0), rows.GetGuid(1)));
        return tasks;
    }

    private const string ErasedSql = """
        update eventhistory.erased_task t set events = e.events
          from unnest($3::uuid[], $4::bigint[]) e(key, events) where t.erasure_id = $1 and t.source_id = $2 and t.key = e.key
        """;

    public static NpgsqlBatchCommand Erased(long erasure, int source, IReadOnlyDictionary<Guid, long> events) => new(ErasedSql)
    {
        Parameters = { new() { Value = erasure }, new() { Value = source }, new() { Value = events.Keys.ToArray() }, new() { Value = events.Values.ToArray() } },
    };

    private const string FinishSql = "update eventhistory.erasure e set finished_at = now() where e.id = $1 and e.finished_at is null";

    public static async Task Finish(NpgsqlConnection connection, long erasure, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(FinishSql, connection) { Parameters = { new() { Value = erasure } } };
        await command.ExecuteNonQueryAsync(ct);
    }

    private const string ListSql = """
        select e.id, e.requested_at, e.requested_by, e.reason, e.finished_at, t.tasks, t.erased, t.events
          from eventhistory.erasure e
         cross join lateral (
               select count(*) as tasks, count(t.events) as erased, coalesce(sum(t.events), 0)::bigint as events
                 from eventhistory.erased_task t where t.erasure_id = e.id) t
         where $1::bigint is null or e.id = $1
         order by e.id desc
         limit $2
        """;

    /// <summary>The latest first.</summary>
    /// <param name="id">Only this one; null: all.</param>
    public static async Task<List<ErasureRecord>> List(NpgsqlDataSource database, long? id, int limit, CancellationToken ct)
    {
        await using var command = database.CreateCommand(ListSql);
        command.Parameters.Add(new() { Value = (object?)id ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Bigint });
        command.Parameters.Add(new() { Value = limit });
        await using var rows = await command.ExecuteReaderAsync(ct);
        var list = new List<ErasureRecord>();
        while (await rows.ReadAsync(ct))
        {
            list.Add(new ErasureRecord(rows.GetInt64(0), rows.GetDateTime(1), rows.GetString(2), rows.GetString(3),
                rows.IsDBNull(4) ? null : rows.GetDateTime(4), rows.GetInt64(5), rows.GetInt64(6), rows.GetInt64(7)));
        }
        return list;
    }
}
