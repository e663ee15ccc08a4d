using EventHistory.Core.Statistics;
using EventHistory.Telemetry;
using Npgsql;

namespace EventHistory.Queries;

/// <summary>Sizes, rates and lag. All of it is read from counters, estimates and a few rows, however much is stored.</summary>
internal sealed class StatsQueries(NpgsqlDataSource database, RecorderStatus recorder)
{
    public async Task<StatsAnswer> Ask(DateTime now, CancellationToken ct)
    {
        await using var connection = await database.OpenConnectionAsync(ct);
        await using var snapshot = await QuerySnapshot.Begin(connection, ct);
        var counts = (await Statement.Read(connection, CountsSql, row => Enumerable.Range(0, 6).Select(row.GetInt64).ToArray(), ct)).Single();
        var lastHour = await Statement.Read(connection, LastHourSql,
            row => new FinishedStats(row.GetInt64(0), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3), row.GetInt64(4)), ct, new NpgsqlParameter { Value = now });
        return new StatsAnswer(now, counts[0], await Statement.Read(connection, TablesSql, Table, ct), await Statement.Read(connection, SourcesSql, Source, ct, new NpgsqlParameter { Value = now }),
            counts[1], counts[2], counts[3], counts[4], counts[5], lastHour.Single(),
            new RecorderStats(recorder.State, recorder.LagSeconds, recorder.LastEventAt, recorder.LastRecordedAt));
    }

    // a table that was never analyzed counts as empty
    private const string CountsSql = """
        select pg_database_size(current_database()),
               (select coalesce(sum(greatest(c.reltuples, 0)), 0)::bigint from pg_partition_tree('eventhistory.task') p join pg_class c on c.oid = p.relid where p.isleaf),
               (select greatest(c.reltuples, 0)::bigint from pg_class c where c.oid = 'eventhistory.task_open'::regclass),
               (select count(*) from eventhistory.worker),
               (select count(distinct failure_id) from eventhistory.failure_group),
               (select count(*) from eventhistory.label)
        """;

    private const string TablesSql = """
        select root.relname, coalesce(sum(pg_total_relation_size(part.oid)), 0)::bigint, coalesce(sum(pg_indexes_size(part.oid)), 0)::bigint, count(*) filter (where part.oid <> root.oid)::int
          from pg_class root
          join lateral (select coalesce(p.relid, root.oid) as oid from (select) one left join pg_partition_tree(root.oid) p on true) tree on true
          join pg_class part on part.oid = tree.oid and part.relkind = 'r'
         where root.relnamespace = 'eventhistory'::regnamespace and root.relkind in ('r', 'p') and not root.relispartition
         group by root.relname
         order by 2 desc, 1
        """;

    private static TableSize Table(NpgsqlDataReader row) => new(row.GetString(0), row.GetInt64(1), row.GetInt64(2), row.GetInt32(3));

    // what lies behind the last segment that is older than an hour; a log that began within the hour is measured from its beginning
    private const string SourcesSql = """
        select s.name, s.next_position - s.first_position - (select coalesce(sum(t.events), 0)::bigint from eventhistory.tombstone t
                                                              where t.source_id = s.id and t.first_position >= s.first_position),
               (s.next_position - coalesce(old.next, s.first_position))
                   / case when old.next is null then greatest(extract(epoch from $1::timestamptz - coalesce(first.recorded_at, $1))::float8, 1) else 3600 end,
               last.recorded_at, s.next_position - 1, s.next_position - s.reflected
          from eventhistory.source s
          left join lateral (
               select coalesce(e.part_recorded_at[cardinality(e.part_recorded_at)], e.recorded_at) as recorded_at
                 from eventhistory.event_segment e where e.source_id = s.id order by e.first_position desc limit 1) last on true
          left join lateral (
               select e.recorded_at from eventhistory.event_segment e where e.source_id = s.id order by e.first_position limit 1) first on true
          left join lateral (
               select e.first_position + e.event_count as next
                 from eventhistory.event_segment e where e.source_id = s.id and e.recorded_at < $1::timestamptz - interval '1 hour'
                order by e.first_position desc limit 1) old on true
         order by s.name
        """;

    private static SourceStats Source(NpgsqlDataReader row) =>
        new(row.GetString(0), row.GetInt64(1), row.GetDouble(2), TaskRecord.Value<DateTime>(row, 3), row.GetInt64(4), row.GetInt64(5));

    private const string LastHourSql = """
        select coalesce(sum(r.succeeded), 0)::bigint, coalesce(sum(r.failed), 0)::bigint, coalesce(sum(r.revoked), 0)::bigint,
               coalesce(sum(r.rejected), 0)::bigint, coalesce(sum(r.retries), 0)::bigint
          from eventhistory.source s
          join eventhistory.rollup r on r.source_id = s.id and r.resolution = 'minute' and r.dimension = 'all'
           and r.at >= date_trunc('minute', $1::timestamptz - interval '1 hour') and r.at <= $1
        """;
}
