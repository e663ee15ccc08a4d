using EventHistory.Telemetry;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace EventHistory.Queries;

internal static class QuerySetup
{
    /// <summary>What API and pages ask. Needs the database (<c>AddDatabase</c>).</summary>
    public static void AddQueries(this IServiceCollection services)
    {
        services.TryAddSingleton<DayTables>();
        services.TryAddSingleton<TaskQueries>();
        services.TryAddSingleton<TaskDetailQueries>();
        services.TryAddSingleton<FacetQueries>();
        services.TryAddSingleton<HistogramQueries>();
        services.TryAddSingleton<WorkflowQueries>();
        services.TryAddSingleton<WorkerQueries>();
        services.TryAddSingleton<EventListQueries>();
        services.TryAddSingleton<FollowQueries>();
        services.TryAddSingleton<CoverageQueries>();
        services.TryAddSingleton<BrokerQueries>();
        services.TryAddSingleton<ExportHeads>();
        services.TryAddSingleton<TaskExport>();
        services.TryAddSingleton<LogQueries>();
        services.TryAddSingleton<FailureQueries>();
        services.TryAddSingleton<FailureMatrixQueries>();
        services.TryAddSingleton<RuntimeHeatQueries>();
        services.TryAddSingleton<RuntimesQueries>();
        services.TryAddSingleton<ThroughputQueries>();
        services.TryAddSingleton<StatsQueries>();
        services.TryAddSingleton<PruneReceipts>();
        services.TryAddSingleton<FindingQueries>();
        services.TryAddSingleton<StorageQueries>();
        services.TryAddSingleton<RecorderStatus>();
        services.TryAddSingleton(TimeProvider.System);
    }
}
