using EventHistory.Core.Celery;
using EventHistory.Core.Retention;
using EventHistory.Store;
using Npgsql;

namespace EventHistory.Queries;

/// <summary>What was pruned.</summary>
internal sealed class PruneReceipts(NpgsqlDataSource database)
{
    public async Task<IReadOnlyList<PruneReceipt>> Latest(int limit, long? before, CancellationToken ct)
    {
        await using var connection = await database.OpenConnectionAsync(ct);
        return await PruneReceiptRows.Latest(connection, limit, before, ct);
    }

    /// <returns>The receipt of a task that is not there any more; null: it was not pruned, or nobody knows.</returns>
    public async Task<PruneReceipt?> Find(string task, CancellationToken ct)
    {
        await using var connection = await database.OpenConnectionAsync(ct);
        return await PrunedTaskRows.Find(connection, TaskId.Parse(task).Key, ct);
    }
}
