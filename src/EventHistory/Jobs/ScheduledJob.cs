using Quartz;

namespace EventHistory.Jobs;

/// <summary>What Quartz fires: finds the work by the job's key and has it run.</summary>
[DisallowConcurrentExecution]
internal sealed class ScheduledJob(
    IEnumerable<IScheduledWork> works, IEnumerable<IWorkPerSubject> worksPerSubject, WorkRunner runner, ILogger<ScheduledJob> logger) : IJob
{
    /// <summary>Among the data of a firing: somebody asked for it.</summary>
    public const string Asked = "asked";

    /// <summary>What is later than this was missed: it is made up for once, however often it was.</summary>
    public static readonly TimeSpan Missed = TimeSpan.FromSeconds(30);

    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default)
    {
        var (name, subject) = WorkSchedules.Of(context.JobDetail.Key);
        if (Run(name, subject) is not { } run)
        {
            logger.UnknownWork(name); // of a newer version, which runs beside this one
            return;
        }
        var due = (context.ScheduledFireTimeUtc ?? context.FireTimeUtc).UtcDateTime;
        var cause = context.Recovering ? RunCause.Recovery
            : context.MergedJobDataMap.ContainsKey(Asked) ? RunCause.Asked
            : context.FireTimeUtc.UtcDateTime - due > Missed ? RunCause.Missed
            : RunCause.Schedule;
        await runner.Run(new RunStart(name, subject, due, cause), run, context.CancellationToken);
    }

    private WorkCall? Run(string name, string? subject) =>
        subject is null
            ? works.FirstOrDefault(w => w.Name == name) is { } work ? work.Run : null
            : worksPerSubject.FirstOrDefault(w => w.Name == name) is { } perSubject ? (report, ct) => perSubject.Run(subject, report, ct) : null;
}
