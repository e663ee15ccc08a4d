using System.Data;
using EventHistory.Core.Queries;
using EventHistory.Store;
using Npgsql;
using NpgsqlTypes;

namespace EventHistory.Queries;

/// <summary>Questions about many tasks. Every one walks along an index and stops at its limit, however long the history is.</summary>
internal sealed class TaskQueries(NpgsqlDataSource database)
{
    // One state, one name, one worker at a time: only then does the index give the rows in the order asked for.
    // PostgreSQL plans with the values at hand, so a condition whose parameter is null vanishes.
    private const string PlacesSql = """
        select t.first_seen, t.key, t.settled, t.source_id
          from eventhistory.task t
         where ($1::text is null or t.state = $1)
           and ($2::int is null or t.name_id = $2)
           and ($3::int is null or t.worker_id = $3)
           and ($4::timestamptz is null or t.first_seen >= $4)
           and ($5::timestamptz is null or t.first_seen < $5)
           and ($6::timestamptz is null or (t.first_seen, t.key) < ($6, $7::uuid))
         order by t.first_seen desc, t.key desc
         limit $8
        """;

    private const string RowsSql = "select " + TaskRecord.Columns + """
        , left(t.args, 2000), left(t.kwargs, 2000), left(t.result, 2000),
        case when length(t.exception) > 2000 then left(t.exception, 1999) || '…' else t.exception end,
        t.args_truncated or coalesce(length(t.args) > 2000, false), t.kwargs_truncated or coalesce(length(t.kwargs) > 2000, false),
        t.result_truncated or coalesce(length(t.result) > 2000, false)
          from unnest($1::uuid[], $2::timestamptz[], $3::int[]) with ordinality wanted(key, settled, source_id, place)
          join eventhistory.task t using (key, settled, source_id)

        """ + TaskRecord.Labels + " order by wanted.place";

    /// <summary>
    /// A page of tasks, those first seen latest first. A task that comes in while somebody pages is on an earlier page,
    /// so pages neither repeat nor omit a row; the one exception is a task whose first sign turns out to be earlier
    /// than was known, which moves towards the end of the list.
    /// </summary>
    public async Task<Page<TaskView>> List(TaskFilter filter, Cursor? after, int limit, CancellationToken ct)
    {
        await using var connection = await database.OpenConnectionAsync(ct);
        // one snapshot: no row may change between the two statements and then contradict the filter
        await using var snapshot = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, ct);
        var names = await Numbers(connection, filter.Names, ct);
        var workers = await Numbers(connection, filter.Workers, ct);
        var places = await Places(connection, filter, names, workers, after, limit + 1, ct);
        if (places.Count == 0)
            return new([], null);
        var next = places.Count > limit ? places[limit - 1].At.ToString() : null;
        return new(await Rows(connection, [.. places.Take(limit)], ct), next);
    }

    private static async Task<List<Place>> Places(
        NpgsqlConnection connection, TaskFilter filter, int?[] names, int?[] workers, Cursor? after, int limit, CancellationToken ct)
    {
        await using var batch = new NpgsqlBatch(connection) { Timeout = QueryFault.TimeLimit };
        foreach (var state in filter.States.Count == 0 ? [null] : filter.States.Cast<string?>())
        {
            foreach (var name in names)
            {
                foreach (var worker in workers)
                    batch.BatchCommands.Add(Walk(filter, state, name, worker, after, limit));
            }
        }
        var places = new List<Place>();
        if (batch.BatchCommands.Count == 0)
            return places;
        await using var rows = await batch.ExecuteReaderAsync(ct);
        do
        {
            while (await rows.ReadAsync(ct))
                places.Add(new Place(new Cursor(rows.GetDateTime(0), rows.GetGuid(1)), DateTime.SpecifyKind(rows.GetDateTime(2), DateTimeKind.Utc), rows.GetInt32(3)));
        }
        while (await rows.NextResultAsync(ct));
        return [.. places.OrderByDescending(p => (p.At.FirstSeen, p.At.Key, -p.SourceId)).Take(limit)];
    }

    private static NpgsqlBatchCommand Walk(TaskFilter filter, string? state, int? name, int? worker, Cursor? after, int limit) => new(PlacesSql)
    {
        Parameters =
        {
            Nullable(state, NpgsqlDbType.Text),
            Nullable(name, NpgsqlDbType.Integer),
            Nullable(worker, NpgsqlDbType.Integer),
            Nullable(filter.From, NpgsqlDbType.TimestampTz),
            Nullable(filter.To, NpgsqlDbType.TimestampTz),
            Nullable(after?.FirstSeen, NpgsqlDbType.TimestampTz),
            Nullable(after?.Key, NpgsqlDbType.Uuid),
            new() { Value = limit },
        },
    };

    private static NpgsqlParameter Nullable(object? value, NpgsqlDbType type) => new() { Value = value ?? DBNull.Value, NpgsqlDbType = type };

    private static async Task<List<TaskView>> Rows(NpgsqlConnection connection, List<Place> places, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(RowsSql, connection)
        {
            CommandTimeout = QueryFault.TimeLimit,
            Parameters =
            {
                new() { Value = places.ConvertAll(p => p.At.Key) },
                new() { Value = places.ConvertAll(p => p.Settled), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.TimestampTz },
                new() { Value = places.ConvertAll(p => p.SourceId) },
            },
        };
        await using var rows = await command.ExecuteReaderAsync(ct);
        var tasks = new List<TaskView>(places.Count);
        while (await rows.ReadAsync(ct))
            tasks.Add(TaskRecord.Read(rows));
        return tasks;
    }

    private const string NumbersSql = "select id from eventhistory.label where digest = any($1)";

    // What was never seen has no number, and matches nothing. No values at all: one walk without that condition.
    private static async Task<int?[]> Numbers(NpgsqlConnection connection, IReadOnlyList<string> texts, CancellationToken ct)
    {
        if (texts.Count == 0)
            return [null];
        await using var command = new NpgsqlCommand(NumbersSql, connection)
        {
            CommandTimeout = QueryFault.TimeLimit,
            Parameters = { new() { Value = texts.Select(Labels.Digest).ToArray() } },
        };
        await using var rows = await command.ExecuteReaderAsync(ct);
        var numbers = new List<int?>();
        while (await rows.ReadAsync(ct))
            numbers.Add(rows.GetInt32(0));
        return [.. numbers];
    }

    // jumps from name to name along the index, instead of reading every task
    private const string NamesSql = """
        with recursive known(id) as (
            (select name_id from eventhistory.task where name_id is not null order by name_id limit 1)
            union all
            select (select t.name_id from eventhistory.task t where t.name_id > known.id order by t.name_id limit 1)
              from known where known.id is not null)
        select l.value from (select id from known limit $1) k join eventhistory.label l on l.id = k.id order by l.value
        """;

    /// <summary>Names of the tasks there are, in order; of more than <paramref name="limit"/>, the ones known longest.</summary>
    public async Task<IReadOnlyList<string>> Names(int limit, CancellationToken ct)
    {
        await using var command = database.CreateCommand(NamesSql);
        command.CommandTimeout = QueryFault.TimeLimit;
        command.Parameters.Add(new() { Value = limit });
        await using var rows = await command.ExecuteReaderAsync(ct);
        var names = new List<string>();
        while (await rows.ReadAsync(ct))
            names.Add(rows.GetString(0));
        return names;
    }

    /// <param name="Settled">Which partition the row lies in.</param>
    private sealed record Place(Cursor At, DateTime Settled, int SourceId);
}
