using EventHistory.Settings;
using EventHistory.Store;

namespace EventHistory.Jobs;

internal static class JobsSetup
{
    /// <summary>Schedules for everybody who asks for them or changes them; and, with the role jobs, the service that does the work.</summary>
    /// <param name="services">Needs the database (<c>AddDatabase</c>).</param>
    /// <param name="settings">When the housekeeping is due.</param>
    public static IServiceCollection AddJobs(this IServiceCollection services, EventHistorySettings settings)
    {
        services.AddSingleton<JobScheduler>().AddSingleton<WorkSchedules>().AddSingleton<RunTable>()
            .AddSingleton<JobQueries>().AddSingleton<WorkRunner>().AddSingleton<ScheduledJob>();
        services.AddSingleton<SegmentMerger>().AddScheduledWork<SegmentMerging>(settings.Jobs.MergeSegments, settings);
        services.AddSingleton<DayIndexes>().AddScheduledWork<DayIndexing>(settings.Jobs.IndexDays, settings);
        services.AddScheduledWork<PartitionMaking>(settings.Jobs.MakePartitions, settings);
        return settings.Roles.HasFlag(Roles.Jobs) ? services.AddHostedService<JobService>() : services;
    }

    /// <summary>Work with one schedule.</summary>
    /// <param name="services">Needs <see cref="AddJobs"/>, before or after.</param>
    /// <param name="cron">When it is due; null: only when it is asked for.</param>
    /// <param name="settings">Say in which zone.</param>
    public static IServiceCollection AddScheduledWork<TWork>(this IServiceCollection services, string? cron, EventHistorySettings settings) where TWork : class, IScheduledWork
    {
        var (schedule, problem) = cron is null ? new(null, null) : CronSchedule.Parse(cron, settings.Jobs.TimeZone);
        if (problem is not null)
            throw new StartException($"EventHistory:Jobs: {problem}", StartException.BadSettings);
        return services.AddSingleton<TWork>().AddSingleton<IScheduledWork>(p => p.GetRequiredService<TWork>()).AddSingleton(new DefaultSchedule(typeof(TWork), schedule));
    }

    /// <summary>Work with a schedule for each of its subjects.</summary>
    public static IServiceCollection AddWorkPerSubject<TWork>(this IServiceCollection services) where TWork : class, IWorkPerSubject =>
        services.AddSingleton<TWork>().AddSingleton<IWorkPerSubject>(p => p.GetRequiredService<TWork>());
}

/// <summary>When a work is due, by the settings; null: only when it is asked for.</summary>
internal sealed record DefaultSchedule(Type Work, CronSchedule? Schedule);
