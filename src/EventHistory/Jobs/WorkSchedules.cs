using Quartz;

namespace EventHistory.Jobs;

/// <summary>Says what is to run when, in any process of the installation: those with the role jobs run it.</summary>
internal sealed class WorkSchedules(JobScheduler jobs)
{
    /// <summary>Of work that has one schedule; of work per subject the group is its name.</summary>
    private const string Group = "work";

    public static JobKey KeyOf(string work, string? subject) => subject is null ? new(work, Group) : new(subject, work);

    public static (string Work, string? Subject) Of(JobKey key) => key.Group == Group ? (key.Name, null) : (key.Group, key.Name);

    /// <summary>From now on the work is due by this schedule, and by no other. Times that are missed, because nothing ran, are made up for once.</summary>
    /// <param name="work">Its name.</param>
    /// <param name="subject">Of work per subject.</param>
    /// <param name="schedule">Null: only when it is asked for.</param>
    /// <param name="ct">Stop.</param>
    public async Task Set(string work, string? subject, CronSchedule? schedule, CancellationToken ct)
    {
        var scheduler = await jobs.Scheduler(ct);
        var key = KeyOf(work, subject);
        var job = JobBuilder.Create<ScheduledJob>().WithIdentity(key).StoreDurably().RequestRecovery().Build();
        await scheduler.AddJob(job, AddJobOptions.Replacing, ct);
        var trigger = new TriggerKey(key.Name, key.Group);
        if (schedule is null)
        {
            await scheduler.UnscheduleJob(trigger, ct);
            return;
        }
        var wanted = schedule.InZone();
        if (await scheduler.GetTrigger(trigger, ct) is ICronTrigger there
            && there.CronExpressionString == wanted.CronExpressionString && there.TimeZone.Id == wanted.TimeZone.Id)
        {
            return; // a new one would not know what was missed
        }
        var due = TriggerBuilder.Create().WithIdentity(trigger).ForJob(key)
            .WithSchedule(CronScheduleBuilder.Create(wanted).WithMisfireInstruction(CronTriggerMisfireInstruction.FireAndProceed)).Build();
        await scheduler.ScheduleJob(job, [due], ScheduleJobOptions.Replacing, ct);
    }

    /// <summary>Nothing happens any more at times of its own; a run that is under way goes on.</summary>
    public async Task Remove(string work, string? subject, CancellationToken ct) =>
        await (await jobs.Scheduler(ct)).DeleteJob(KeyOf(work, subject), ct);

    /// <summary>Has it run now, besides its schedule; if it is running, afterwards.</summary>
    /// <returns>False: there is no such work.</returns>
    public async Task<bool> RunNow(string work, string? subject, CancellationToken ct)
    {
        var scheduler = await jobs.Scheduler(ct);
        var key = KeyOf(work, subject);
        if (!await scheduler.Exists(key, ct))
            return false;
        await scheduler.TriggerJob(key, new JobDataMap { [ScheduledJob.Asked] = "true" }, ct);
        return true;
    }

    /// <summary>All work there is, with its schedule.</summary>
    public async Task<IReadOnlyList<DueWork>> Due(CancellationToken ct)
    {
        var scheduler = await jobs.Scheduler(ct);
        var due = new List<DueWork>();
        PagedResult<JobHeader> page;
        do
        {
            page = await scheduler.QueryJobs(new JobQuery { Skip = due.Count }, ct);
            foreach (var job in page.Items)
                due.Add(await Due(scheduler, job.Key, ct));
        }
        while (page.HasMore);
        return due;
    }

    private static async Task<DueWork> Due(IScheduler scheduler, JobKey key, CancellationToken ct)
    {
        var (work, subject) = Of(key);
        var trigger = await scheduler.GetTrigger(new TriggerKey(key.Name, key.Group), ct) as ICronTrigger;
        return new(work, subject, trigger?.CronExpressionString, trigger?.TimeZone.Id, trigger?.NextFireTimeUtc?.UtcDateTime);
    }

    /// <summary>Schedules exactly these subjects of a work: others that are there go.</summary>
    public async Task SetAll(string work, IReadOnlyDictionary<string, CronSchedule> schedules, CancellationToken ct)
    {
        foreach (var (subject, schedule) in schedules)
            await Set(work, subject, schedule, ct);
        var scheduler = await jobs.Scheduler(ct);
        foreach (var due in await Due(ct))
        {
            if (due.Work == work && due.Subject is { } subject && !schedules.ContainsKey(subject))
                await scheduler.DeleteJob(KeyOf(work, subject), ct);
        }
    }
}

/// <summary>Work and when it is due.</summary>
/// <param name="Cron">As Quartz writes it; null: only when it is asked for.</param>
internal sealed record DueWork(string Work, string? Subject, string? Cron, string? TimeZone, DateTime? NextAt);
