using Npgsql;

namespace EventHistory.Benchmarks;

/// <summary>Short ways to ask a database that this program made itself.</summary>
internal static class Sql
{
#pragma warning disable CA2100 // every text is a constant, or made of names that this program chose
    public static async Task<T> Scalar<T>(this NpgsqlDataSource source, string sql, CancellationToken ct)
    {
        await using var command = source.CreateCommand(sql);
        command.CommandTimeout = 0;
        return (T)(await command.ExecuteScalarAsync(ct))!;
    }

    public static async Task Execute(this NpgsqlDataSource source, string sql, CancellationToken ct)
    {
        await using var command = source.CreateCommand(sql);
        command.CommandTimeout = 0;
        await command.ExecuteNonQueryAsync(ct);
    }
#pragma warning restore CA2100
}
