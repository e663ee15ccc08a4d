using EventHistory.Core.Reports;
using EventHistory.Queries;
using Npgsql;

namespace EventHistory.Reports;

/// <summary>What became of the runs of reports, and of their deliveries.</summary>
internal sealed class RunHistory(NpgsqlDataSource database)
{
    public const int MaxRuns = 500;

    private const string RunsSql = """
        select r.report_id, r.id, r.due_at, r.started_at, r.ended_at, r.outcome, r.problem, r.told_from, r.told_to, r.complete, r.row_count
          from unnest($1::uuid[]) wanted(id)
         cross join lateral (select * from eventhistory.report_run c where c.report_id = wanted.id order by c.id desc limit $2) r
         order by r.id desc
        """;

    private const string FilesSql = "select run_id, format, name, length(content) from eventhistory.report_file where run_id = any($1) order by format desc";

    private const string DeliveriesSql = """
        select d.run_id, d.id, d.target::text, d.state, d.next_at, a.started_at, a.ended_at, a.problem
          from eventhistory.delivery d
          left join eventhistory.delivery_attempt a on a.delivery_id = d.id
         where d.run_id = any($1)
         order by d.run_id, d.place, d.id, a.number
        """;

    /// <summary>The last runs of some reports, the latest first.</summary>
    /// <param name="most">Of each.</param>
    public async Task<ILookup<Guid, ReportRunView>> Of(IReadOnlyCollection<Guid> reports, int most, CancellationToken ct)
    {
        await using var connection = await database.OpenConnectionAsync(ct);
        await using var snapshot = await QuerySnapshot.Begin(connection, ct);
        var runs = await Statement.Read(connection, RunsSql, row => (Report: row.GetGuid(0), Run: Run(row)), ct, new() { Value = reports.ToArray() }, new() { Value = most });
        var ids = runs.Select(r => r.Run.Id).ToArray();
        var files = (await Statement.Read(connection, FilesSql, row => (Run: row.GetInt64(0), File: new ReportFileView(row.GetString(1), row.GetString(2), row.GetInt32(3))), ct,
            new NpgsqlParameter { Value = ids })).ToLookup(f => f.Run, f => f.File);
        var deliveries = (await Statement.Read(connection, DeliveriesSql, Delivery, ct, new NpgsqlParameter { Value = ids })).GroupBy(d => d.Id)
            .ToLookup(d => d.First().Run, d => d.First().Delivery with { Attempts = [.. d.Select(one => one.Attempt).OfType<DeliveryAttemptView>()] });
        return runs.ToLookup(r => r.Report, r => r.Run with { Files = [.. files[r.Run.Id]], Deliveries = [.. deliveries[r.Run.Id]] });
    }

    private static ReportRunView Run(NpgsqlDataReader row) => new(
        row.GetInt64(1), row.GetDateTime(2), row.GetDateTime(3), TaskRecord.Value<DateTime>(row, 4), TaskRecord.Text(row, 5), TaskRecord.Text(row, 6),
        TaskRecord.Value<DateTime>(row, 7), TaskRecord.Value<DateTime>(row, 8), TaskRecord.Value<bool>(row, 9), TaskRecord.Value<long>(row, 10), [], []);

    private static (long Run, Guid Id, DeliveryView Delivery, DeliveryAttemptView? Attempt) Delivery(NpgsqlDataReader row)
    {
        var (id, state) = (row.GetGuid(1), row.GetString(3));
        var target = TargetJson.Read<DeliveryTarget>(row.GetString(2));
        return (row.GetInt64(0), id, new DeliveryView(id, target.Description, state, state == DeliveryView.Waiting ? row.GetDateTime(4) : null, []),
            row.IsDBNull(5) ? null : new DeliveryAttemptView(row.GetDateTime(5), row.GetDateTime(6), TaskRecord.Text(row, 7)));
    }
}
