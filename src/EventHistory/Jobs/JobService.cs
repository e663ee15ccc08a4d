using EventHistory.Store;
using EventHistory.Telemetry;
using Npgsql;
using Quartz;

namespace EventHistory.Jobs;

/// <summary>Has the work of this installation done by this process. Recording comes first, and whatever has waited for it while nothing ran: a backlog.</summary>
internal sealed class JobService(
    JobScheduler jobs, WorkSchedules schedules, RunTable runs, IEnumerable<IScheduledWork> works, IEnumerable<DefaultSchedule> defaults,
    IEnumerable<IWorkPerSubject> worksPerSubject, DatabaseStartup startup, RecorderStatus recorder, ILogger<JobService> logger) : BackgroundService
{
    private static readonly TimeSpan _look = TimeSpan.FromMilliseconds(500);
    private const int CalmLooks = 4; // a backlog shows with the first batch
    private const int LooksForBroker = 20;
    private const int LooksForBacklog = 600;
    private const double Behind = 5;
    private static readonly TimeSpan _pauseAfterFault = TimeSpan.FromSeconds(10);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await startup.Ready(stoppingToken);
        for (var (look, calm) = (0, 0); calm < CalmLooks && recorder.State != "disabled"; look++)
        {
            calm = RecordingComesFirst(look) ? 0 : calm + 1;
            await Task.Delay(_look, stoppingToken);
        }
        while (!await TryStart(stoppingToken))
            await Task.Delay(_pauseAfterFault, stoppingToken);
    }

    // not for ever: a broker may be away for long, and a backlog be large
    private bool RecordingComesFirst(int look) => recorder.State is "starting" or "connecting"
        ? look < LooksForBroker
        : recorder.LagSeconds > Behind && look < LooksForBacklog;

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await jobs.Stop(cancellationToken);
    }

    private async Task<bool> TryStart(CancellationToken ct)
    {
        try
        {
            await runs.CloseLost(ct);
            foreach (var work in works)
                await schedules.Set(work.Name, null, defaults.Single(d => d.Work == work.GetType()).Schedule, ct);
            foreach (var work in worksPerSubject)
                await schedules.SetAll(work.Name, await work.Schedules(ct), ct);
            await jobs.Start(ct);
            logger.JobsRun(jobs.Instance);
            return true;
        }
        catch (Exception fault) when (fault is NpgsqlException or SchedulerException or TimeoutException)
        {
            logger.JobsAway(fault.GetBaseException().Message, _pauseAfterFault);
            return false;
        }
    }
}
