using EventHistory.Queries;

namespace EventHistory.Ui;

/// <summary><c>/workers</c>.</summary>
internal static class WorkerPages
{
    private const int MaxWorkers = 200;

    public static async Task<Html<WorkersPage>> List(WorkerQueries workers, TimeProvider time, CancellationToken ct) =>
        new((nameof(WorkersPage.Model), await workers.List(MaxWorkers, time.GetUtcNow().UtcDateTime, ct)));
}
