using EventHistory.Core.Reports;
using EventHistory.Queries;
using Npgsql;
using NpgsqlTypes;

namespace EventHistory.Reports;

/// <summary>
/// What is on its way. Whoever sends a delivery claims it for a time: no other process sends the same, and none sends anything else to the
/// same place meanwhile. If it dies, the claim ends, and another one goes on: so what arrived just then may arrive again.
/// </summary>
internal sealed class Deliveries(NpgsqlDataSource database)
{
    private const string ClaimSql = """
        with due as (
            select distinct on (w.place) w.id, w.next_at
              from eventhistory.delivery w
             where w.state = 'waiting' and w.next_at <= $1
               and not exists (select from eventhistory.delivery o where o.state = 'waiting' and o.place = w.place and o.claimed_until > $1)
             order by w.place, w.next_at, w.id
        ), chosen as (
            select d.id from due join eventhistory.delivery d using (id)
             where d.state = 'waiting' and (d.claimed_until is null or d.claimed_until <= $1)
             order by due.next_at limit $3
               for update of d skip locked
        )
        update eventhistory.delivery d set claimed_until = $2
          from chosen, eventhistory.report_run r, eventhistory.report p
         where d.id = chosen.id and r.id = d.run_id and p.id = r.report_id
        returning d.id, d.target::text, d.attempts, p.id, p.name, p.kind, p.time_zone, r.id, r.due_at, r.told_from, r.told_to, r.complete, r.row_count
        """;

    private const string FilesSql = "select run_id, format, name, content from eventhistory.report_file where run_id = any($1) order by format desc";

    /// <summary>What is due now, one to each place at most.</summary>
    public async Task<IReadOnlyList<Parcel>> Claim(DateTime now, DateTime until, int most, CancellationToken ct)
    {
        await using var connection = await database.OpenConnectionAsync(ct);
        var parcels = await Statement.Read(connection, ClaimSql, Read, ct, Time(now), Time(until), new NpgsqlParameter { Value = most });
        if (parcels.Count == 0)
            return parcels;
        var files = (await Statement.Read(connection, FilesSql, row => (Run: row.GetInt64(0), File: new ParcelFile(row.GetString(1), row.GetString(2), row.GetFieldValue<byte[]>(3))), ct,
            new NpgsqlParameter { Value = parcels.Select(p => p.Content.Run).Distinct().ToArray() })).ToLookup(f => f.Run, f => f.File);
        return parcels.ConvertAll(p => p with { Content = p.Content with { Files = [.. files[p.Content.Run]] } });
    }

    private const string AttemptSql = """
        with attempt as (
            update eventhistory.delivery set attempts = attempts + 1, state = $2, next_at = $3, claimed_until = null
             where id = $1 and attempts = $4 and state = 'waiting'
            returning id, attempts)
        insert into eventhistory.delivery_attempt (delivery_id, number, started_at, ended_at, problem) select id, attempts, $5, $6, $7 from attempt
        """;

    /// <summary>What became of an attempt; nothing if another process has taken the delivery over meanwhile.</summary>
    /// <param name="problem">Null: it arrived.</param>
    /// <param name="nextAt">When it is tried again; null: it is not.</param>
    public Task Attempted(Parcel parcel, DateTime startedAt, DateTime endedAt, string? problem, DateTime? nextAt, CancellationToken ct)
    {
        var state = problem is null ? DeliveryView.Delivered : nextAt is null ? DeliveryView.GivenUp : DeliveryView.Waiting;
        return Statement.Execute(database, AttemptSql, ct, new() { Value = parcel.Id }, new() { Value = state }, Time(nextAt ?? endedAt), new() { Value = parcel.Attempts },
            Time(startedAt), Time(endedAt), new() { Value = (object?)problem ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
    }

    private const string ReleaseSql = "update eventhistory.delivery set claimed_until = null where id = $1 and attempts = $2 and state = 'waiting'";

    /// <summary>Lets another process have it now.</summary>
    public Task Release(Parcel parcel, CancellationToken ct) =>
        Statement.Execute(database, ReleaseSql, ct, new() { Value = parcel.Id }, new() { Value = parcel.Attempts });

    private static NpgsqlParameter Time(DateTime at) => new() { Value = at, NpgsqlDbType = NpgsqlDbType.TimestampTz };

    private static Parcel Read(NpgsqlDataReader row) => new(row.GetGuid(0), TargetJson.Read<DeliveryTarget>(row.GetString(1)), row.GetInt32(2), new ParcelContent(
        row.GetGuid(3), row.GetString(4), row.GetString(5), row.GetString(6), row.GetInt64(7), row.GetDateTime(8), row.GetDateTime(9), row.GetDateTime(10),
        TaskRecord.Value<bool>(row, 11), row.GetInt64(12), []));
}
