using Npgsql;

namespace EventHistory.Queries;

/// <summary>A statement with what it is given, asked for all of its rows, or for what it changes.</summary>
internal static class Statement
{
    public static async Task<List<T>> Read<T>(
        NpgsqlConnection connection, string sql, Func<NpgsqlDataReader, T> read, CancellationToken ct, params NpgsqlParameter[] parameters)
    {
        await using var command = Command(connection, sql, parameters);
        await using var rows = await command.ExecuteReaderAsync(ct);
        var all = new List<T>();
        while (await rows.ReadAsync(ct))
            all.Add(read(rows));
        return all;
    }

    public static async Task<List<T>> Read<T>(
        NpgsqlDataSource database, string sql, Func<NpgsqlDataReader, T> read, CancellationToken ct, params NpgsqlParameter[] parameters)
    {
        await using var connection = await database.OpenConnectionAsync(ct);
        return await Read(connection, sql, read, ct, parameters);
    }

    /// <returns>How many rows it changed.</returns>
    public static async Task<int> Execute(NpgsqlDataSource database, string sql, CancellationToken ct, params NpgsqlParameter[] parameters)
    {
        await using var connection = await database.OpenConnectionAsync(ct);
        await using var command = Command(connection, sql, parameters);
        return await command.ExecuteNonQueryAsync(ct);
    }

    private static NpgsqlCommand Command(NpgsqlConnection connection, string sql, NpgsqlParameter[] parameters)
    {
#pragma warning disable CA2100 // a constant of the caller's
        var command = new NpgsqlCommand(sql, connection) { CommandTimeout = QueryFault.TimeLimit };
#pragma warning restore CA2100
        command.Parameters.AddRange(parameters);
        return command;
    }
}
