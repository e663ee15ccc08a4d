using System.Text.Json;
using EventHistory.Core.Jobs;
using Npgsql;
using NpgsqlTypes;

namespace EventHistory.Jobs;

/// <summary>What runs by itself, when, and how it went.</summary>
internal sealed class JobQueries(NpgsqlDataSource database, WorkSchedules schedules)
{
    /// <summary>Seconds that a statement may take.</summary>
    private const int TimeLimit = 10;

    private const string Columns = """
        r.id, r.job, r.subject, r.due_at, r.cause, r.started_at, r.ended_at, r.outcome, r.instance, r.step, r.done, r.total, r.counts::text, r.bytes_freed, r.error
        """;

    /// <summary>By name.</summary>
    public async Task<JobList> List(CancellationToken ct)
    {
        var due = await schedules.Due(ct);
        var latest = (await Latest(due, ct)).ToLookup(run => (run.Job, run.Subject));
        return new([.. due.OrderBy(d => d.Work, StringComparer.Ordinal).ThenBy(d => d.Subject, StringComparer.Ordinal)
            .Select(d => new JobView(d.Work, d.Subject, d.Cron, d.TimeZone, d.NextAt,
                latest[(d.Work, d.Subject)].FirstOrDefault(run => run.Outcome is null), latest[(d.Work, d.Subject)].FirstOrDefault(run => run.Outcome is not null)))]);
    }

    private const string LatestSql = $"""
        select {Columns}
          from unnest($1::text[], $2::text[]) of_job(job, subject)
         cross join lateral (
               select * from eventhistory.job_run where job = of_job.job and coalesce(subject, '') = coalesce(of_job.subject, '') order by id desc limit 2) r
         order by r.id desc
        """;

    private Task<List<JobRunView>> Latest(IReadOnlyCollection<DueWork> due, CancellationToken ct)
    {
        var command = database.CreateCommand(LatestSql);
        command.Parameters.Add(new() { Value = due.Select(d => d.Work).ToArray() });
        command.Parameters.Add(new() { Value = due.Select(d => d.Subject).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text });
        return Read(command, ct);
    }

    private const string RunsSql = $"""
        select {Columns} from eventhistory.job_run r
         where ($1::text is null or r.job = $1) and ($2::text is null or r.subject = $2) and (cardinality($3::text[]) = 0 or r.outcome = any($3))
           and ($4::bigint is null or r.id < $4)
         order by r.id desc limit $5
        """;

    /// <summary>The latest first.</summary>
    public async Task<JobRunList> Runs(JobRunQuery query, CancellationToken ct)
    {
        var command = database.CreateCommand(RunsSql);
        command.Parameters.Add(new() { Value = (object?)query.Job ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        command.Parameters.Add(new() { Value = (object?)query.Subject ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        command.Parameters.Add(new() { Value = query.Outcomes.ToArray() });
        command.Parameters.Add(new() { Value = (object?)query.Before ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Bigint });
        command.Parameters.Add(new() { Value = query.Limit });
        return new(await Read(command, ct));
    }

    private static async Task<List<JobRunView>> Read(NpgsqlCommand command, CancellationToken ct)
    {
        await using (command)
        {
            command.CommandTimeout = TimeLimit;
            await using var rows = await command.ExecuteReaderAsync(ct);
            var runs = new List<JobRunView>();
            while (await rows.ReadAsync(ct))
                runs.Add(Read(rows));
            return runs;
        }
    }

    private static JobRunView Read(NpgsqlDataReader row)
    {
        string? Text(int column) => row.IsDBNull(column) ? null : row.GetString(column);
        long? Number(int column) => row.IsDBNull(column) ? null : row.GetInt64(column);
        return new(row.GetInt64(0), row.GetString(1), Text(2), row.GetDateTime(3), row.GetString(4), row.GetDateTime(5),
            row.IsDBNull(6) ? null : row.GetDateTime(6), Text(7), row.GetString(8), Text(9), Number(10), Number(11),
            Text(12) is { } counts ? JsonSerializer.Deserialize<OrderedDictionary<string, long>>(counts) : null, Number(13), Text(14));
    }
}
