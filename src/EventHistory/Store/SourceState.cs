using Npgsql;
using NpgsqlTypes;

namespace EventHistory.Store;

/// <summary>How far a source is recorded. Moved on only in the transaction that stores what it vouches for.</summary>
/// <param name="Epoch">Counts how often the stream was found deleted and made anew.</param>
/// <param name="LastOffset">Of the last message recorded in this epoch; null: none yet.</param>
/// <param name="LastDigest">SHA-256 of that message's body.</param>
/// <param name="NextPosition">The log position that the next event gets.</param>
/// <param name="Chain">The last link of the hash chain.</param>
internal sealed record SourceState(int Id, int Epoch, long? LastOffset, byte[]? LastDigest, long NextPosition, byte[] Chain)
{
    private const string CreateSql = "insert into eventhistory.source (name) values ($1) on conflict (name) do nothing";

    private const string LoadSql = "select id, epoch, last_offset, last_digest, next_position, chain from eventhistory.source where name = $1";

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
        return new SourceState(row.GetInt32(0), row.GetInt32(1), row.IsDBNull(2) ? null : row.GetInt64(2),
            row.IsDBNull(3) ? null : row.GetFieldValue<byte[]>(3), row.GetInt64(4), row.GetFieldValue<byte[]>(5));
    }

    private const string AdvanceSql = "select eventhistory.advance_source($1, $2, $3, $4, $5, $6, $7, $8, $9)";

    /// <summary>Fails with SQLSTATE <c>EH001</c>, and the transaction with it, if the source is not where this state says.</summary>
    public NpgsqlBatchCommand AdvanceTo(SourceState next) => new(AdvanceSql)
    {
        Parameters =
        {
            new() { Value = Id },
            new() { Value = NextPosition },
            new() { Value = Epoch },
            new() { Value = (object?)LastOffset ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Bigint },
            new() { Value = next.NextPosition },
            new() { Value = next.Epoch },
            new() { Value = next.LastOffset!.Value },
            new() { Value = next.LastDigest! },
            new() { Value = next.Chain },
        },
    };
}
