using System.Data;
using Npgsql;

namespace EventHistory.Queries;

/// <summary>One view of the database for all statements of a question: no row may change between two of them and then contradict the filter.</summary>
internal static class QuerySnapshot
{
    // Many small plans over many partitions: to compile one takes longer than to run it. And the other processor is for recording.
    private const string ModestSql = "set local jit = off; set local max_parallel_workers_per_gather = 0";

    public static async Task<NpgsqlTransaction> Begin(NpgsqlConnection connection, CancellationToken ct)
    {
        var snapshot = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, ct);
        await using var modest = new NpgsqlCommand(ModestSql, connection);
        await modest.ExecuteNonQueryAsync(ct);
        return snapshot;
    }
}
