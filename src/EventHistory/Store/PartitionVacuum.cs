using Npgsql;

namespace EventHistory.Store;

/// <summary>Lets the space of rows that are gone be used again.</summary>
internal static class PartitionVacuum
{
    /// <param name="partition">Its name as the database itself quotes it.</param>
    public static async Task Run(NpgsqlDataSource database, string partition, CancellationToken ct)
    {
#pragma warning disable CA2100 // a name as the database itself quotes it
        await using var vacuum = database.CreateCommand($"vacuum (skip_locked) {partition}");
#pragma warning restore CA2100
        vacuum.CommandTimeout = 0;
        await vacuum.ExecuteNonQueryAsync(ct);
    }
}
