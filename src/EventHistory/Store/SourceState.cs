using Npgsql;
using NpgsqlTypes;

namespace EventHistory.Store;

/// <summary>How far a source is recorded. Moved on only in the transaction that stores what it vouches for.</summary>
/// <param name="Generation">Of the read models; a rebuild counts it up.</param>
/// <param name="Epoch">Counts how often the stream was found deleted and made anew.</param>
/// <param name="LastOffset">Of the last message recorded in this epoch; null: none yet.</param>
/// <param name="LastDigest">SHA-256 of that message's body.</param>
/// <param name="NextPosition">The log position that the next event gets.</param>
/// <param name="Chain">The last link of the hash chain.</param>
/// <param name="Reflected">Task rows show every event before this position.</param>
internal sealed record SourceState(
    int Id, int Generation, int Epoch, long? LastOffset, byte[]? LastDigest, long NextPosition, byte[] Chain, long Reflected)
{
    private const string CreateSql = "insert into eventhistory.source (name) values ($1) on conflict (name) do nothing";

    private const string LoadSql = """
        select id, generation, epoch, last_offset, last_digest, next_position, chain, reflected from eventhistory.source where name = $1
        """;

    public static async Task<SourceState> Load(NpgsqlConnection connection, string name, CancellationToken ct)
    {
        await using (var create = new NpgsqlCommand(CreateSql, connection))
        {
            create.Parameters.Add(new() { Value = name });
            await create.ExecuteNonQueryAsync(ct);
        }
        await using var load = new NpgsqlCommand(LoadSql, connection);
        load.Parameters.Add(new() { Value = name });
        await using var row = await load.ExecuteReaderAsync(ct);
        await row.ReadAsync(ct);
        return new SourceState(row.GetInt32(0), row.GetInt32(1), row.GetInt32(2), row.IsDBNull(3) ? null : row.GetInt64(3),
            row.IsDBNull(4) ? null : row.GetFieldValue<byte[]>(4), row.GetInt64(5), row.GetFieldValue<byte[]>(6), row.GetInt64(7));
    }

    private const string AdvanceSql = "select eventhistory.advance_source($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";

    /// <summary>Fails with SQLSTATE <c>EH001</c>, and the transaction with it, if the source is not where this state says.</summary>
    public NpgsqlBatchCommand AdvanceTo(SourceState next) => new(AdvanceSql)
    {
        Parameters =
        {
            new() { Value = Id },
            new() { Value = Generation },
            new() { Value = NextPosition },
            new() { Value = Epoch },
            new() { Value = (object?)LastOffset ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Bigint },
            new() { Value = next.NextPosition },
            new() { Value = next.Epoch },
            new() { Value = (object?)next.LastOffset ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Bigint },
            new() { Value = (object?)next.LastDigest ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Bytea },
            new() { Value = next.Chain },
            new() { Value = next.Reflected },
        },
    };
}
