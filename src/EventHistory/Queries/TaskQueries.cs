using EventHistory.Core.Queries;
using EventHistory.Core.Search;
using Npgsql;
using NpgsqlTypes;

namespace EventHistory.Queries;

/// <summary>Questions about many tasks. Every one walks along an index and stops at its limit, however long the history is.</summary>
internal sealed class TaskQueries(NpgsqlDataSource database, DayTables tables)
{
    private const string RowsSql = "select " + TaskRecord.Columns + """
        , left(t.args, 2000), left(t.kwargs, 2000), left(t.result, 2000),
        case when length(t.exception) > 2000 then left(t.exception, 1999) || '…' else t.exception end,
        t.args_truncated or coalesce(length(t.args) > 2000, false), t.kwargs_truncated or coalesce(length(t.kwargs) > 2000, false),
        t.result_truncated or coalesce(length(t.result) > 2000, false)
          from unnest($1::uuid[], $2::timestamptz[], $3::int[]) with ordinality wanted(key, settled, source_id, place)
          join eventhistory.task t using (key, settled, source_id)

        """ + TaskRecord.Labels + """
         where t.settled = 'infinity' or t.settled between $4 and $5 -- so that days without any need no plan
         order by wanted.place
        """;

    /// <summary>
    /// A page of tasks. One that comes in while somebody pages is on an earlier page of those seen last, so pages neither repeat nor omit a row; the one
    /// exception is a task of which the sorted value changes, which moves in the list.
    /// </summary>
    /// <param name="place">Where the page begins, or, for one before, ends; null: the first page.</param>
    public async Task<Page<TaskView>> List(Filter filter, TaskOrder order, Cursor? place, int limit, CancellationToken ct)
    {
        await using var connection = await database.OpenConnectionAsync(ct);
        await using var snapshot = await QuerySnapshot.Begin(connection, ct);
        var sql = await FilterSql.Of(Filter.AllOf(filter, order.Listed), connection, ct);
        var found = await new TaskWalk(connection, await tables.Read(connection, ct), sql, order, place, limit + 1).Find(ct);
        if (found.Count == 0)
            return new([], null, null);
        var isMore = found.Count > limit;
        var isBackward = place is { IsBackward: true };
        var places = found.Take(limit).ToList();
        if (isBackward)
            places.Reverse();
        var next = isMore || isBackward ? places[^1].At.ToString() : null;
        var previous = place is not null && (isMore || !isBackward) ? (places[0].At with { IsBackward = true }).ToString() : null;
        return new(await Rows(connection, places, ct), next, previous);
    }

    /// <summary>How many tasks match a filter.</summary>
    public async Task<TaskTotal> Total(Filter filter, CancellationToken ct)
    {
        await using var connection = await database.OpenConnectionAsync(ct);
        await using var snapshot = await QuerySnapshot.Begin(connection, ct);
        return await TaskTotals.Count(snapshot, await FilterSql.Of(filter, connection, ct), ct);
    }

    private static async Task<List<TaskView>> Rows(NpgsqlConnection connection, List<TaskPlace> places, CancellationToken ct)
    {
        var days = places.Select(p => p.Settled).Where(settled => settled != DateTime.MaxValue).DefaultIfEmpty(DateTime.MaxValue).ToList();
        await using var command = new NpgsqlCommand(RowsSql, connection)
        {
            CommandTimeout = QueryFault.TimeLimit,
            Parameters =
            {
                new() { Value = places.ConvertAll(p => p.At.Key) },
                new() { Value = places.ConvertAll(p => p.Settled), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.TimestampTz },
                new() { Value = places.ConvertAll(p => p.At.SourceId) },
                new() { Value = days.Min(), NpgsqlDbType = NpgsqlDbType.TimestampTz },
                new() { Value = days.Max(), NpgsqlDbType = NpgsqlDbType.TimestampTz },
            },
        };
        await using var rows = await command.ExecuteReaderAsync(ct);
        var tasks = new List<TaskView>(places.Count);
        while (await rows.ReadAsync(ct))
            tasks.Add(TaskRecord.Read(rows));
        return tasks;
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
        return await Texts(command, ct);
    }

    private const string QueuesSql = """
        select distinct l.value
          from eventhistory.rollup r join eventhistory.label l on l.id = r.label_id
         where r.resolution = 'hour' and r.dimension = 'queue' and r.at >= $2
         order by l.value
         limit $1
        """;

    private static readonly TimeSpan _lately = TimeSpan.FromDays(7);

    /// <summary>Queues of tasks that finished lately, in order.</summary>
    /// <param name="now">UTC.</param>
    public async Task<IReadOnlyList<string>> Queues(int limit, DateTime now, CancellationToken ct)
    {
        await using var command = database.CreateCommand(QueuesSql);
        command.CommandTimeout = QueryFault.TimeLimit;
        command.Parameters.Add(new() { Value = limit });
        command.Parameters.Add(new() { Value = now - _lately });
        return await Texts(command, ct);
    }

    private static async Task<IReadOnlyList<string>> Texts(NpgsqlCommand command, CancellationToken ct)
    {
        await using var rows = await command.ExecuteReaderAsync(ct);
        var texts = new List<string>();
        while (await rows.ReadAsync(ct))
            texts.Add(rows.GetString(0));
        return texts;
    }
}
