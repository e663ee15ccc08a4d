using EventHistory.Core.Log;
using Npgsql;
using NpgsqlTypes;

namespace EventHistory.Store;

/// <summary>The table <c>tombstone</c>: what was taken out of the log on purpose.</summary>
internal static class TombstoneRows
{
    private const string OfSql = """
        select t.first_position, t.last_position, t.events, t.kind, t.link_before, t.link_after from eventhistory.tombstone t where t.source_id = $1
        """;

    /// <summary>Those of a source.</summary>
    public static async Task<Tombstones> Of(NpgsqlConnection connection, int source, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(OfSql, connection) { CommandTimeout = 0, Parameters = { new() { Value = source } } };
        await using var rows = await command.ExecuteReaderAsync(ct);
        var all = new List<Tombstone>();
        while (await rows.ReadAsync(ct))
        {
            all.Add(new Tombstone(rows.GetInt64(0), rows.GetInt64(1), rows.GetInt64(2), rows.GetString(3))
            {
                LinkBefore = rows.IsDBNull(4) ? null : rows.GetFieldValue<byte[]>(4),
                LinkAfter = rows.IsDBNull(5) ? null : rows.GetFieldValue<byte[]>(5),
            });
        }
        return new Tombstones(all);
    }

    private const string AddSql = """
        insert into eventhistory.tombstone (source_id, first_position, last_position, events, kind, removed_at, removed_by, reason, receipt, link_before, link_after)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
        """;

    // Of neighbours that go for the same reason one says all
    private const string ExtendSql = """
        update eventhistory.tombstone t set last_position = $3, events = t.events + $4, link_after = $6
         where t.source_id = $1 and t.last_position = $2 - 1 and t.link_after = $5 and t.kind = $7 and t.receipt = $8
        """;

    public static async Task Add(NpgsqlConnection connection, int source, Tombstone tombstone, Removal removal, CancellationToken ct)
    {
        if (tombstone.LinkAfter is not null && removal.Receipt is not null && await Extend(connection, source, tombstone, removal, ct))
            return;
        await using var command = new NpgsqlCommand(AddSql, connection)
        {
            Parameters =
            {
                new() { Value = source },
                new() { Value = tombstone.First },
                new() { Value = tombstone.Last },
                new() { Value = tombstone.Events },
                new() { Value = removal.Kind },
                new() { Value = removal.At },
                new() { Value = removal.By },
                new() { Value = (object?)removal.Reason ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text },
                new() { Value = (object?)removal.Receipt ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Bigint },
                new() { Value = (object?)tombstone.LinkBefore ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Bytea },
                new() { Value = (object?)tombstone.LinkAfter ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Bytea },
            },
        };
        await command.ExecuteNonQueryAsync(ct);
    }

    private const string AddAllSql = """
        insert into eventhistory.tombstone (source_id, first_position, last_position, events, link_before, link_after, kind, removed_at, removed_by, reason, receipt)
        select $1, t.*, $2, $3, $4, $5, $6
          from unnest($7::bigint[], $8::bigint[], $9::bigint[], $10::bytea[], $11::bytea[]) t
        """;

    /// <summary>Many at once; neighbours are one already.</summary>
    public static async Task AddAll(NpgsqlConnection connection, int source, IReadOnlyList<Tombstone> tombstones, Removal removal, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(AddAllSql, connection)
        {
            Parameters =
            {
                new() { Value = source },
                new() { Value = removal.Kind },
                new() { Value = removal.At },
                new() { Value = removal.By },
                new() { Value = (object?)removal.Reason ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text },
                new() { Value = (object?)removal.Receipt ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Bigint },
                new() { Value = tombstones.Select(t => t.First).ToArray() },
                new() { Value = tombstones.Select(t => t.Last).ToArray() },
                new() { Value = tombstones.Select(t => t.Events).ToArray() },
                new() { Value = tombstones.Select(t => t.LinkBefore).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bytea },
                new() { Value = tombstones.Select(t => t.LinkAfter).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bytea },
            },
        };
        await command.ExecuteNonQueryAsync(ct);
    }

    private static async Task<bool> Extend(NpgsqlConnection connection, int source, Tombstone tombstone, Removal removal, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(ExtendSql, connection)
        {
            Parameters =
            {
                new() { Value = source },
                new() { Value = tombstone.First },
                new() { Value = tombstone.Last },
                new() { Value = tombstone.Events },
                new() { Value = tombstone.LinkBefore! },
                new() { Value = tombstone.LinkAfter! },
                new() { Value = removal.Kind },
                new() { Value = removal.Receipt!.Value },
            },
        };
        return await command.ExecuteNonQueryAsync(ct) == 1;
    }

    private const string EventsSql = """
        select coalesce(sum(t.events), 0)::bigint from eventhistory.tombstone t
         where t.source_id = $1 and t.first_position >= $2 and t.first_position <= $3 and t.last_position <= $3
        """;

    /// <summary>How many events between two positions, both included, were taken out.</summary>
    public static async Task<long> Events(NpgsqlConnection connection, int source, long first, long last, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(EventsSql, connection) { Parameters = { new() { Value = source }, new() { Value = first }, new() { Value = last } } };
        return (long)(await command.ExecuteScalarAsync(ct))!;
    }

    // The beginning of the log moves on over what is gone there
    private const string MoveBeginningSql = """
        with recursive beginning(first_position, first_chain) as (
            select s.first_position, s.first_chain from eventhistory.source s where s.id = $1
            union all
            select t.last_position + 1, t.link_after
              from beginning b join eventhistory.tombstone t on t.source_id = $1 and t.first_position = b.first_position and t.link_after is not null)
        update eventhistory.source s set first_position = b.first_position, first_chain = b.first_chain
          from (select * from beginning order by first_position desc limit 1) b
         where s.id = $1 and s.first_position < b.first_position
        """;

    public static async Task MoveBeginning(NpgsqlConnection connection, int source, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(MoveBeginningSql, connection) { Parameters = { new() { Value = source } } };
        await command.ExecuteNonQueryAsync(ct);
    }
}
