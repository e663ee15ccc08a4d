using System.Data;
using Npgsql;

namespace EventHistory.Queries;

/// <summary>One view of the database for all statements of a question: no row may change between two of them and then contradict the filter.</summary>
internal static class QuerySnapshot
{
    // Many small plans over many partitions: to compile one takes longer than to run it. And the other processor is for recording.
    private const string ModestSql = "set local jit = off; set local max_parallel_workers_per_gather = 0";

    // to plan for every day takes ten times as long as to look for a key in it
    private const string PlanOnceSql = ModestSql + "; set local plan_cache_mode = force_generic_plan";

    public static Task<NpgsqlTransaction> Begin(NpgsqlConnection connection, CancellationToken ct) => Begin(connection, ModestSql, ct);

    /// <summary>The same for statements that are prepared, and look for keys.</summary>
    public static Task<NpgsqlTransaction> BeginPrepared(NpgsqlConnection connection, CancellationToken ct) => Begin(connection, PlanOnceSql, ct);

    private static async Task<NpgsqlTransaction> Begin(NpgsqlConnection connection, string sql, CancellationToken ct)
    {
        var snapshot = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, ct);
#pragma warning disable CA2100 // one of the constants above
        await using var settings = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        await settings.ExecuteNonQueryAsync(ct);
        return snapshot;
    }
}
