using EventHistory.Jobs;
using EventHistory.Settings;

namespace EventHistory.Watching;

internal static class WatchingSetup
{
    /// <summary>The jobs that look for what is wrong, and how large everything is.</summary>
    /// <param name="services">Needs <c>AddJobs</c>.</param>
    /// <param name="settings">When they run, and what counts as stuck.</param>
    public static IServiceCollection AddWatching(this IServiceCollection services, EventHistorySettings settings) => services
        .AddSingleton<Findings>().AddSingleton<UsualTable>()
        .AddScheduledWork<StuckSearch>(settings.Jobs.FindStuck, settings)
        .AddScheduledWork<WorkerWatch>(settings.Jobs.WatchWorkers, settings)
        .AddScheduledWork<FailureWatch>(settings.Jobs.WatchFailures, settings)
        .AddScheduledWork<StorageMeasuring>(settings.Jobs.MeasureStorage, settings);
}
