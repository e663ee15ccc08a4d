using System.Text.Json;
using EventHistory.Store;
using Npgsql;
using NpgsqlTypes;

namespace EventHistory.Jobs;

/// <summary>
/// The table <c>job_run</c>. Who runs a work holds an advisory lock of its name for as long as the run's row is open: an open row without a lock
/// is one whose process is gone, and nobody can run a work that still runs, whatever Quartz believes.
/// </summary>
internal sealed class RunTable(NpgsqlDataSource database)
{
    private const string LockSql = "select pg_try_advisory_lock(hashtextextended('eventhistory.job ' || $1 || ' ' || coalesce($2, ''), 0))";

    private const string UnlockSql = "select pg_advisory_unlock(hashtextextended('eventhistory.job ' || $1 || ' ' || coalesce($2, ''), 0))";

    public static async Task<bool> Lock(NpgsqlConnection session, RunStart run, CancellationToken ct) => await OnLock(LockSql, session, run, ct);

    public static async Task Unlock(NpgsqlConnection session, RunStart run) => await OnLock(UnlockSql, session, run, CancellationToken.None);

    private static async Task<bool> OnLock(string sql, NpgsqlConnection session, RunStart run, CancellationToken ct)
    {
#pragma warning disable CA2100 // one of the two above
        await using var command = new NpgsqlCommand(sql, session) { Parameters = { new() { Value = run.Work }, Text(run.Subject) } };
#pragma warning restore CA2100
        return await command.ExecuteScalarAsync(ct) is true;
    }

    private const string CloseLostSql = """
        update eventhistory.job_run r set outcome = 'lost', ended_at = coalesce(r.step_at, r.started_at)
         where r.ended_at is null
           and not exists (
               select from pg_catalog.pg_locks l
                where l.locktype = 'advisory' and l.granted and l.database = (select oid from pg_catalog.pg_database where datname = current_database())
                  and (l.classid::bigint << 32 | l.objid::bigint) = hashtextextended('eventhistory.job ' || r.job || ' ' || coalesce(r.subject, ''), 0))
        """;

    /// <summary>Closes the rows of runs whose process is gone.</summary>
    /// <returns>How many there were.</returns>
    public async Task<int> CloseLost(CancellationToken ct)
    {
        await using var command = database.CreateCommand(CloseLostSql);
        return await command.ExecuteNonQueryAsync(ct);
    }

    // Who holds the lock has no other run: an open row is a lost one
    private const string CloseOwnSql = """
        update eventhistory.job_run set outcome = 'lost', ended_at = coalesce(step_at, started_at)
         where job = $1 and coalesce(subject, '') = coalesce($2, '') and ended_at is null
        """;

    // What was lost twice may be what kills the process: it is not tried a third time before its time comes
    private const string OpenSql = """
        insert into eventhistory.job_run (job, subject, due_at, cause, instance)
        select $1, $2, $3, $4, $5
         where not ($4 = 'recovery' and exists (
               select from (select cause, outcome from eventhistory.job_run where job = $1 and coalesce(subject, '') = coalesce($2, '') order by id desc limit 1) latest
                where latest.cause = 'recovery' and latest.outcome = 'lost'))
            on conflict do nothing
        returning id
        """;

    /// <returns>The row's id; null: this run has been, or is not to be.</returns>
    public async Task<long?> Open(RunStart run, string instance, CancellationToken ct)
    {
        await using (var close = database.CreateCommand(CloseOwnSql))
        {
            close.Parameters.Add(new() { Value = run.Work });
            close.Parameters.Add(Text(run.Subject));
            await close.ExecuteNonQueryAsync(ct);
        }
        await using var command = database.CreateCommand(OpenSql);
        command.Parameters.Add(new() { Value = run.Work });
        command.Parameters.Add(Text(run.Subject));
        command.Parameters.Add(new() { Value = run.Due });
        command.Parameters.Add(new() { Value = run.Cause });
        command.Parameters.Add(new() { Value = instance });
        return (long?)await command.ExecuteScalarAsync(ct);
    }

    private const string StepSql = "update eventhistory.job_run set step = $2, done = $3, total = nullif($4, 0), step_at = now() where id = $1";

    public static async Task Step(NpgsqlConnection session, long id, WorkProgress step, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(StepSql, session)
        {
            Parameters = { new() { Value = id }, new() { Value = step.What }, new() { Value = step.Done }, new() { Value = step.Total } },
        };
        await command.ExecuteNonQueryAsync(ct);
    }

    private const string CloseSql = """
        update eventhistory.job_run set ended_at = now(), outcome = $2, counts = $3, bytes_freed = $4, error = $5 where id = $1 and ended_at is null
        """;

    public async Task Close(long id, string outcome, WorkDone? done, string? error)
    {
        await using var command = database.CreateCommand(CloseSql);
        command.Parameters.Add(new() { Value = id });
        command.Parameters.Add(new() { Value = outcome });
        command.Parameters.Add(new() { Value = done is null ? DBNull.Value : JsonSerializer.Serialize(done.Counts), NpgsqlDbType = NpgsqlDbType.Json });
        command.Parameters.Add(new() { Value = (object?)done?.BytesFreed ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Bigint });
        command.Parameters.Add(Text(error));
        await command.ExecuteNonQueryAsync(CancellationToken.None); // how it ended is to be known, also when the process ends
    }

    private const string ForgetSql = """
        delete from eventhistory.job_run where id in (
            select id from eventhistory.job_run where job = $1 and ended_at < now() - interval '30 days' order by id limit 1000)
        """;

    /// <summary>Rows older than a month go, some with every run.</summary>
    public async Task Forget(string work, CancellationToken ct)
    {
        await using var command = database.CreateCommand(ForgetSql);
        command.Parameters.Add(new() { Value = work });
        await command.ExecuteNonQueryAsync(ct);
    }

    private static NpgsqlParameter Text(string? value) => new() { Value = (object?)value ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text };
}
