using EventHistory.Core.Reports;
using EventHistory.Queries;
using Npgsql;
using NpgsqlTypes;

namespace EventHistory.Reports;

/// <summary>The reports there are to be.</summary>
internal sealed class ReportDefinitions(NpgsqlDataSource database)
{
    private const string AllSql = """
        select id, name, kind, saved_query, time_range, cron, time_zone, formats, row_limit, targets::text, changed_at, changed_by
          from eventhistory.report
         where $1::uuid is null or id = $1
         order by lower(name), name
         limit 1000
        """;

    public async Task<IReadOnlyList<Report>> All(CancellationToken ct) => await Read(null, ct);

    /// <returns>Null: there is none of that id.</returns>
    public async Task<Report?> Find(Guid id, CancellationToken ct) => (await Read(id, ct)).SingleOrDefault();

    private const string PutSql = """
        insert into eventhistory.report (id, name, kind, saved_query, time_range, cron, time_zone, formats, row_limit, targets, changed_at, changed_by)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
            on conflict (id) do update set name = excluded.name, kind = excluded.kind, saved_query = excluded.saved_query, time_range = excluded.time_range,
               cron = excluded.cron, time_zone = excluded.time_zone, formats = excluded.formats, row_limit = excluded.row_limit, targets = excluded.targets,
               changed_at = excluded.changed_at, changed_by = excluded.changed_by
        """;

    /// <returns>False if another one has its name, or its saved query is not there any more.</returns>
    public Task<bool> Put(Report report, CancellationToken ct) => Constraint.Holds(Statement.Execute(database, PutSql, ct,
        new() { Value = report.Id }, new() { Value = report.Name }, new() { Value = report.Kind },
        new() { Value = (object?)report.SavedQuery ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Uuid }, Text(report.Range), Text(report.Cron),
        new() { Value = report.TimeZone }, new() { Value = report.Formats.ToArray() }, new() { Value = report.Rows },
        TargetJson.Parameter(report.To), new() { Value = report.ChangedAt }, new() { Value = report.ChangedBy }));

    private const string DeleteSql = "delete from eventhistory.report where id = $1";

    /// <summary>With its runs, files and deliveries.</summary>
    /// <returns>False if there is none of that id.</returns>
    public async Task<bool> Delete(Guid id, CancellationToken ct) => await Statement.Execute(database, DeleteSql, ct, new NpgsqlParameter { Value = id }) > 0;

    private Task<List<Report>> Read(Guid? id, CancellationToken ct) => Statement.Read(database, AllSql, row => new Report
    {
        Id = row.GetGuid(0),
        Name = row.GetString(1),
        Kind = row.GetString(2),
        SavedQuery = TaskRecord.Value<Guid>(row, 3),
        Range = TaskRecord.Text(row, 4),
        Cron = TaskRecord.Text(row, 5),
        TimeZone = row.GetString(6),
        Formats = row.GetFieldValue<string[]>(7),
        Rows = row.GetInt32(8),
        To = TargetJson.Read<List<DeliveryTarget>>(row.GetString(9)),
        ChangedAt = row.GetDateTime(10),
        ChangedBy = row.GetString(11),
    }, ct, new NpgsqlParameter { Value = (object?)id ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Uuid });

    private static NpgsqlParameter Text(string? value) => new() { Value = (object?)value ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text };
}
