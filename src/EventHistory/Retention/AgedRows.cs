using EventHistory.Core.Retention;
using Npgsql;

namespace EventHistory.Retention;

/// <summary>Rows that are no tasks and become too old: heartbeats, rollups, rejected messages. They go some thousands at a time; their space is used again.</summary>
internal static class AgedRows
{
    private const string HeartbeatsSql = """
        delete from eventhistory.worker_minute m where m.ctid = any(array(select o.ctid from eventhistory.worker_minute o where o.minute < $1 limit 10000))
        """;

    private const string MinutesSql = """
        delete from eventhistory.rollup_minute m where m.ctid = any(array(select o.ctid from eventhistory.rollup_minute o where o.at < $1 limit 10000))
        """;

    private const string HoursSql = """
        delete from eventhistory.rollup_hour m where m.ctid = any(array(select o.ctid from eventhistory.rollup_hour o where o.at < $1 limit 10000))
        """;

    private const string RejectedSql = """
        delete from eventhistory.rejected_message m where m.ctid = any(array(select o.ctid from eventhistory.rejected_message o where o.recorded_at < $1 limit 10000))
        """;

    private const string HeartbeatsCountSql = """
        select count(*), pg_catalog.pg_total_relation_size('eventhistory.worker_minute')::float8 * count(*) / greatest(1, (select count(*) from eventhistory.worker_minute))
          from eventhistory.worker_minute m where m.minute < $1
        """;

    private const string RollupsCountSql = """
        select count(*), (pg_catalog.pg_total_relation_size('eventhistory.rollup_minute') + pg_catalog.pg_total_relation_size('eventhistory.rollup_hour'))::float8
                         * count(*) / greatest(1, (select count(*) from eventhistory.rollup))
          from eventhistory.rollup r where r.at < $1
        """;

    private const string RejectedCountSql = """
        select count(*), pg_catalog.pg_total_relation_size('eventhistory.rejected_message')::float8 * count(*) / greatest(1, (select count(*) from eventhistory.rejected_message))
          from eventhistory.rejected_message m where m.recorded_at < $1
        """;

    private static IEnumerable<(string Limit, string Kind, TimeSpan? Age, string CountSql, string[] DeleteSql)> All(RetentionPolicy policy) =>
    [
        ("worker_heartbeats", "heartbeats", policy.WorkerHeartbeats, HeartbeatsCountSql, [HeartbeatsSql]),
        ("rollups", "rollups", policy.Rollups, RollupsCountSql, [MinutesSql, HoursSql]),
        ("rejected_messages", "rejected-messages", policy.RejectedMessages, RejectedCountSql, [RejectedSql]),
    ];

    public static async Task<IReadOnlyList<PruneShare>> Count(PruneSession session, RetentionPolicy policy, DateTime now, CancellationToken ct)
    {
        var shares = new List<PruneShare>();
        foreach (var (limit, _, age, sql, _) in All(policy))
        {
            if (age is not { } most)
                continue;
            shares.Add((await session.Rows(sql, row => new PruneShare(limit, row.GetInt64(0), (long)row.GetDouble(1)), ct, new NpgsqlParameter { Value = now - most })).Single());
        }
        return shares;
    }

    private const string ReceiptSql = "insert into eventhistory.prune_receipt (kind, decided_at, pruned_at, policy, rows) values ($1, $2, now(), $3, $4)";

    /// <returns>By limit, how many rows went.</returns>
    public static async Task<IReadOnlyDictionary<string, long>> Delete(PruneSession session, RetentionPolicy policy, string policyText, DateTime now, CancellationToken ct)
    {
        var gone = new OrderedDictionary<string, long>();
        foreach (var (limit, kind, age, _, sql) in All(policy))
        {
            if (age is not { } most)
                continue;
            var rows = 0L;
            foreach (var delete in sql)
            {
                for (var deleted = -1; deleted != 0; rows += deleted)
                    deleted = await session.Execute(delete, ct, new NpgsqlParameter { Value = now - most });
            }
            gone[limit] = rows;
            if (rows > 0)
            {
                await session.Execute(ReceiptSql, ct, new() { Value = kind }, new() { Value = now },
                    new() { Value = policyText, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Jsonb }, new() { Value = rows });
            }
        }
        return gone;
    }
}
