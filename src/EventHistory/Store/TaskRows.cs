using EventHistory.Core.Celery;
using EventHistory.Core.Log;
using EventHistory.Core.Tasks;
using Npgsql;

namespace EventHistory.Store;

/// <summary>What the rows of tasks say about a log: which events belong to which task.</summary>
internal static class TaskRows
{
    private const int ReportEvery = 20_000;

    // what the last ANALYZE found: good enough to say how far it is
    private const string EstimateSql = """
        select coalesce(sum(greatest(c.reltuples, 0)), 0)::bigint from pg_catalog.pg_class c
         where c.oid = 'eventhistory.task'::regclass or c.oid in (select p.relid from pg_catalog.pg_partition_tree('eventhistory.task') p where p.isleaf)
        """;

    private const string RowsSql = """
        select t.source_id, t.key, t.id, t.event_count, t.last_position, t.positions from eventhistory.task t where t.source_id = any($1)
        """;

    /// <summary>Enters all rows into the ledgers of their sources, one after the other: there may be a hundred million.</summary>
    /// <returns>By source, the first thing that no log could bear out.</returns>
    public static async Task<Dictionary<int, LogFault>> Enter(NpgsqlConnection connection, IReadOnlyDictionary<int, TaskLedger> ledgers,
        Action<WorkProgress> report, CancellationToken ct)
    {
        var total = await Estimate(connection, ct);
        await using var command = new NpgsqlCommand(RowsSql, connection) { CommandTimeout = 0, Parameters = { new() { Value = ledgers.Keys.ToArray() } } };
        await using var rows = await command.ExecuteReaderAsync(ct);
        var faults = new Dictionary<int, LogFault>();
        for (long read = 0; await rows.ReadAsync(ct); read++)
        {
            if (read % ReportEvery == 0)
                report(new WorkProgress("rows of tasks", read, Math.Max(total, read)));
            var source = rows.GetInt32(0);
            var positions = PositionCodec.Read(rows.GetFieldValue<byte[]>(5));
            var last = rows.IsDBNull(4) ? positions.LastOrDefault() : rows.GetInt64(4);
            var fault = ledgers[source].AddRow(Id(rows, 1), rows.GetInt32(3), last, positions);
            if (fault is not null && (!faults.TryGetValue(source, out var other) || fault.Position < other.Position))
                faults[source] = fault;
        }
        return faults;
    }

    private static async Task<long> Estimate(NpgsqlConnection connection, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(EstimateSql, connection);
        return (long)(await command.ExecuteScalarAsync(ct))!;
    }

    // Positions are unpacked only of what is found: to unpack a row's costs as much as to read a hundred rows
    private const string DuplicateSql = """
        select d.key, d.id, d.rows, (select min((eventhistory.positions(t.positions))[1]) from eventhistory.task t where t.source_id = $1 and t.key = d.key)
          from (select t.key, max(t.id) as id, count(*) as rows from eventhistory.task t where t.source_id = $1 group by t.key having count(*) > 1 limit 1000) d
         order by 4, 1
         limit 1
        """;

    /// <returns>The first task that has more than one row, though no position is listed twice.</returns>
    public static async Task<LogFault?> Duplicate(NpgsqlDataSource database, int source, CancellationToken ct)
    {
        await using var command = database.CreateCommand(DuplicateSql);
        command.CommandTimeout = 0;
        command.Parameters.Add(new() { Value = source });
        await using var row = await command.ExecuteReaderAsync(ct);
        return await row.ReadAsync(ct)
            ? new LogFault(row.GetInt64(3), $"Task {Id(row, 0)} has {row.GetInt64(2)} rows, of which the first lists position {row.GetInt64(3)}")
            : null;
    }

    private const string PositionsSql = "select t.key, t.id, t.positions from eventhistory.task t where t.source_id = $1";

    /// <summary>What the rows list of a range of positions.</summary>
    public static async Task<List<(long Position, TaskId Task)>> Listed(NpgsqlDataSource database, int source, long first, long last, CancellationToken ct)
    {
        await using var command = database.CreateCommand(PositionsSql);
        command.CommandTimeout = 0;
        command.Parameters.Add(new() { Value = source });
        await using var rows = await command.ExecuteReaderAsync(ct);
        var listed = new List<(long, TaskId)>();
        while (await rows.ReadAsync(ct))
        {
            foreach (var position in PositionCodec.Read(rows.GetFieldValue<byte[]>(2)))
            {
                if (position >= first && position <= last)
                    listed.Add((position, Id(rows, 0)));
            }
        }
        return listed;
    }

    private static TaskId Id(NpgsqlDataReader row, int column) =>
        TaskId.Stored(row.GetGuid(column), row.IsDBNull(column + 1) ? null : row.GetString(column + 1));
}
