using Npgsql;

namespace EventHistory.Store;

/// <summary>Whoever rewrites segments of a source holds this, to the end of the transaction. The recorder, which only appends, does not need it.</summary>
internal static class SegmentLock
{
    private const string TrySql = "select pg_try_advisory_xact_lock(hashtextextended('eventhistory.segments ' || $1::int, 0))";

    /// <returns>False: somebody else is at it.</returns>
    public static async Task<bool> Try(NpgsqlConnection connection, int source, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(TrySql, connection) { Parameters = { new() { Value = source } } };
        return await command.ExecuteScalarAsync(ct) is true;
    }

    private const string TakeSql = "select pg_advisory_xact_lock(hashtextextended('eventhistory.segments ' || $1::int, 0))";

    /// <summary>Waits for who is at it: a merge takes a moment.</summary>
    public static async Task Take(NpgsqlConnection connection, int source, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(TakeSql, connection) { Parameters = { new() { Value = source } } };
        await command.ExecuteNonQueryAsync(ct);
    }
}
