using EventHistory.Core.Reports;
using EventHistory.Queries;
using Npgsql;
using NpgsqlTypes;

namespace EventHistory.Reports;

/// <summary>Each time that a report was made: its files, and where they are to go.</summary>
internal sealed class ReportRuns(NpgsqlDataSource database)
{
    /// <summary>No run takes longer: each of its questions is cut off.</summary>
    private static readonly TimeSpan _longest = TimeSpan.FromMinutes(15);

    private const string AbandonedSql = """
        update eventhistory.report_run set ended_at = $2, outcome = 'failed', problem = 'Its process ended before it was made.'
         where report_id = $1 and outcome is null and started_at < $3
        """;

    private const string BeginSql = "insert into eventhistory.report_run (report_id, due_at, started_at) values ($1, $2, $3) returning id";

    /// <returns>The run's number.</returns>
    public async Task<long> Begin(Guid report, DateTime dueAt, DateTime now, CancellationToken ct)
    {
        await using var connection = await database.OpenConnectionAsync(ct);
        await using var batch = new NpgsqlBatch(connection) { Timeout = QueryFault.TimeLimit };
        batch.BatchCommands.Add(Command(AbandonedSql, report, now, now - _longest));
        batch.BatchCommands.Add(Command(BeginSql, report, dueAt, now));
        return (long)(await batch.ExecuteScalarAsync(ct))!;
    }

    private const string MadeSql = """
        update eventhistory.report_run set ended_at = $2, outcome = 'made', told_from = $3, told_to = $4, complete = $5, row_count = $6 where id = $1
        """;

    private const string FileSql = "insert into eventhistory.report_file (run_id, format, name, content) values ($1, $2, $3, $4)";

    private const string DeliverySql = "insert into eventhistory.delivery (run_id, place, target, next_at) values ($1, $2, $3, $4)";

    /// <summary>All at once: a report is there with its deliveries, or it is not.</summary>
    public async Task Made(long run, Report report, ReportContent content, IReadOnlyList<ReportFile> files, DateTime now, CancellationToken ct)
    {
        await using var connection = await database.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await using var batch = new NpgsqlBatch(connection, transaction) { Timeout = QueryFault.TimeLimit };
        batch.BatchCommands.Add(Command(MadeSql, run, now, content.Head.From, content.Head.To,
            new NpgsqlParameter { Value = (object?)content.Head.Complete ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Boolean }, (long)content.Table.Rows.Count));
        foreach (var file in files)
            batch.BatchCommands.Add(Command(FileSql, run, file.Format, ReportFile.NameOf(report.Name, content.DueAt, run, file.Format), file.Content));
        foreach (var target in report.To.SelectMany(t => t.Each))
            batch.BatchCommands.Add(Command(DeliverySql, run, target.Place, TargetJson.Parameter(target), now));
        await batch.ExecuteNonQueryAsync(ct);
        await transaction.CommitAsync(ct);
    }

    private const string FailedSql = "update eventhistory.report_run set ended_at = $2, outcome = 'failed', problem = $3 where id = $1";

    public Task Failed(long run, string problem, DateTime now, CancellationToken ct) =>
        Statement.Execute(database, FailedSql, ct, new() { Value = run }, new() { Value = now }, new() { Value = problem });

    private const string ContentSql = """
        select f.name, f.content from eventhistory.report_file f join eventhistory.report_run r on r.id = f.run_id where r.report_id = $1 and f.run_id = $2 and f.format = $3
        """;

    /// <returns>Null: there is no such file.</returns>
    public async Task<ParcelFile?> File(Guid report, long run, string format, CancellationToken ct) => (await Statement.Read(database, ContentSql,
        row => new ParcelFile(format, row.GetString(0), row.GetFieldValue<byte[]>(1)), ct, new() { Value = report }, new() { Value = run }, new() { Value = format })).SingleOrDefault();

    private const string ForgetSql = """
        delete from eventhistory.report_run r
         where r.id in (select o.id from eventhistory.report_run o where o.started_at < $1 order by o.started_at limit 1000)
           and not exists (select from eventhistory.delivery d where d.run_id = r.id and d.state = 'waiting')
        """;

    /// <summary>What was made before a time, and waits to be delivered no more.</summary>
    /// <returns>How many runs.</returns>
    public Task<int> Forget(DateTime before, CancellationToken ct) => Statement.Execute(database, ForgetSql, ct, new NpgsqlParameter { Value = before });

    private static NpgsqlBatchCommand Command(string sql, params object[] values)
    {
#pragma warning disable CA2100 // one of the constants above
        var command = new NpgsqlBatchCommand(sql);
#pragma warning restore CA2100
        foreach (var value in values)
            command.Parameters.Add(value as NpgsqlParameter ?? new NpgsqlParameter { Value = value });
        return command;
    }
}
