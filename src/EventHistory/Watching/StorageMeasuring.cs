using EventHistory.Jobs;
using EventHistory.Store;
using Npgsql;

namespace EventHistory.Watching;

/// <summary>Measures how much room the parts of the history take; the last measurement of a day stays.</summary>
internal sealed class StorageMeasuring(NpgsqlDataSource database) : IScheduledWork
{
    public string Name => "measure-storage";

    // Tables that are replaced meanwhile have no size any more
    private const string MeasureSql = """
        with sized as (
            select case when c.relname like 'event\_segment%' or c.relname in ('rejected_message', 'gap', 'recorder_run', 'tombstone') then 'log'
                        when c.relname like 'task%' then 'tasks'
                        when c.relname like 'rollup%' then 'rollups'
                        when c.relname like 'worker%' then 'workers'
                        when c.relname like 'failure%' then 'failures'
                        when c.relname = 'label' then 'labels'
                        else 'other' end as part,
                   coalesce(pg_total_relation_size(c.oid), 0) as bytes, greatest(c.reltuples, 0)::bigint as rows
              from pg_catalog.pg_class c
             where c.relnamespace = 'eventhistory'::regnamespace and c.relkind = 'r'
        ), parts as (
            select part, sum(bytes)::bigint as bytes, sum(rows)::bigint as rows from sized group by part
        ), measured as (
            select part, coalesce(p.bytes, 0) + case when part = 'other' then greatest(pg_database_size(current_database()) - (select sum(bytes) from parts), 0) else 0 end as bytes,
                   coalesce(p.rows, 0) as rows
              from unnest(array['log', 'tasks', 'rollups', 'workers', 'failures', 'labels', 'other']) part left join parts p using (part)
        )
        insert into eventhistory.storage_day (day, part, measured_at, bytes, rows)
        select (now() at time zone 'UTC')::date, part, now(), bytes, rows from measured
            on conflict (day, part) do update set measured_at = excluded.measured_at, bytes = excluded.bytes, rows = excluded.rows
        returning bytes
        """;

    public async Task<WorkDone> Run(Action<WorkProgress> report, CancellationToken ct)
    {
        await using var command = database.CreateCommand(MeasureSql);
        command.CommandTimeout = 0;
        await using var rows = await command.ExecuteReaderAsync(ct);
        var bytes = 0L;
        while (await rows.ReadAsync(ct))
            bytes += rows.GetInt64(0);
        return WorkDone.Of(("bytes", bytes));
    }
}
