using System.Globalization;
using Npgsql;

namespace EventHistory.Retention;

/// <summary>The table of a day (UTC).</summary>
/// <param name="Bytes">On disk, with its indexes.</param>
internal sealed record DayPartition(string Name, DateOnly Day, long Bytes)
{
    public DateTime From => Day.ToDateTime(TimeOnly.MinValue, DateTimeKind.Utc);

    public DateTime To => Day.AddDays(1).ToDateTime(TimeOnly.MinValue, DateTimeKind.Utc);

    private const string AllSql = """
        select p.relname::text, pg_catalog.pg_total_relation_size(p.oid)
          from pg_catalog.pg_inherits h join pg_catalog.pg_class p on p.oid = h.inhrelid
         where h.inhparent = format('eventhistory.%I', $1::text)::regclass and p.relname ~ ('^' || $1 || '_[0-9]{8}$')
         order by p.relname
        """;

    /// <summary>Those of <c>task</c> or <c>event_segment</c>, the oldest first.</summary>
    public static Task<List<DayPartition>> All(PruneSession session, string parent, CancellationToken ct) =>
        session.Rows(AllSql, row => new DayPartition(row.GetString(0), DayOf(row.GetString(0)), row.GetInt64(1)), ct, new NpgsqlParameter { Value = parent });

    public Task<long> Count(PruneSession session, CancellationToken ct) => session.Ask<long>($"select count(*) from eventhistory.{Name}", ct);

    private static DateOnly DayOf(string name) => DateOnly.ParseExact(name.AsSpan(name.Length - 8), "yyyyMMdd", CultureInfo.InvariantCulture);
}
