using EventHistory.Telemetry;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace EventHistory.Queries;

internal static class QuerySetup
{
    /// <summary>What API and pages ask. Needs the database (<c>AddDatabase</c>).</summary>
    public static void AddQueries(this IServiceCollection services)
    {
        services.TryAddSingleton<TaskQueries>();
        services.TryAddSingleton<TaskDetailQueries>();
        services.TryAddSingleton<WorkerQueries>();
        services.TryAddSingleton<CoverageQueries>();
        services.TryAddSingleton<LogQueries>();
        services.TryAddSingleton<RecorderStatus>();
        services.TryAddSingleton(TimeProvider.System);
    }
}
