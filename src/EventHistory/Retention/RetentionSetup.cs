using EventHistory.Jobs;
using EventHistory.Settings;

namespace EventHistory.Retention;

internal static class RetentionSetup
{
    /// <summary>What decides what is kept, and prunes the rest.</summary>
    /// <param name="services">Needs the database (<c>AddDatabase</c>) and the jobs (<see cref="JobsSetup.AddJobs"/>).</param>
    /// <param name="settings">When the prune is due, and by which policy until one is set.</param>
    public static IServiceCollection AddRetention(this IServiceCollection services, EventHistorySettings settings) => services
        .AddSingleton<RetentionPolicies>()
        .AddSingleton<Prune>()
        .AddSingleton<Pins>()
        .AddScheduledWork<PruneWork>(settings.Jobs.Prune, settings);
}
