using System.Diagnostics;
using EventHistory.Store;
using EventHistory.Telemetry;
using Npgsql;

namespace EventHistory.Jobs;

/// <summary>Runs work: once at a time in the whole installation, with a row that tells of it, and counted.</summary>
internal sealed class WorkRunner(NpgsqlDataSource database, RunTable runs, JobScheduler jobs, ILogger<WorkRunner> logger)
{
    private static readonly TimeSpan _betweenSteps = TimeSpan.FromSeconds(1);

    /// <summary>Never fails but by being cancelled: how the run ended is in its row.</summary>
    public async Task Run(RunStart start, WorkCall work, CancellationToken ct)
    {
        try
        {
            await using var session = await database.OpenConnectionAsync(ct);
            if (!await RunTable.Lock(session, start, ct))
                return; // it runs elsewhere
            try
            {
                await runs.CloseLost(ct);
                if (await runs.Open(start, jobs.Instance, ct) is { } id)
                    await Run(session, id, start, work, ct);
                else
                    logger.RunNotRepeated(start.Work, start.Due, start.Cause);
                await runs.Forget(start.Work, ct);
            }
            finally
            {
                await RunTable.Unlock(session, start); // a pooled connection would keep it
            }
        }
        catch (NpgsqlException fault)
        {
            logger.RunNotNoted(start.Work, fault.GetBaseException().Message);
        }
    }

    private async Task Run(NpgsqlConnection session, long id, RunStart start, WorkCall work, CancellationToken ct)
    {
        var began = Stopwatch.GetTimestamp();
        var (outcome, done, error) = await Outcome(session, id, work, ct);
        Meters.JobRan(start.Work, outcome, Stopwatch.GetElapsedTime(began), done?.BytesFreed ?? 0);
        if (error is not null)
            logger.RunFailed(start.Work, error);
        await runs.Close(id, outcome, done, error);
        ct.ThrowIfCancellationRequested(); // Quartz has it go on when a process is there again
    }

    private static async Task<(string Outcome, WorkDone? Done, string? Error)> Outcome(NpgsqlConnection session, long id, WorkCall work, CancellationToken ct)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(ct);
        using var ended = new CancellationTokenSource();
        var latest = new LatestStep();
        var telling = Tell(session, id, latest, ending, ended.Token);
        try
        {
            return (RunOutcome.Done, await work(latest.Set, ending.Token), null);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            return (RunOutcome.Cancelled, null, null);
        }
        catch (Exception fault) when (fault is not OutOfMemoryException) // whatever it is, others go on
        {
            return (RunOutcome.Failed, null, ending.IsCancellationRequested ? "The database session of the run was lost."
                : DatabaseFault.Reason(fault) ?? $"{fault.GetType().Name}: {fault.GetBaseException().Message}".ReplaceLineEndings(" "));
        }
        finally
        {
            await ended.CancelAsync();
            await telling;
        }
    }

    // Who cannot say how far it is has lost its lock, too, and must not go on
    private static async Task Tell(NpgsqlConnection session, long id, LatestStep latest, CancellationTokenSource ending, CancellationToken ended)
    {
        try
        {
            while (!ended.IsCancellationRequested)
            {
                await Task.Delay(_betweenSteps, ended).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                if (latest.Take() is { } step)
                    await RunTable.Step(session, id, step, CancellationToken.None);
            }
        }
        catch (NpgsqlException)
        {
            await ending.CancelAsync();
        }
    }

    private sealed class LatestStep
    {
        private object? _step;

        public void Set(WorkProgress step) => Interlocked.Exchange(ref _step, step);

        public WorkProgress? Take() => (WorkProgress?)Interlocked.Exchange(ref _step, null);
    }
}
