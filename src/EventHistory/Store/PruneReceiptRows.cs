using System.Text.Json;
using EventHistory.Core.Retention;
using Npgsql;

namespace EventHistory.Store;

/// <summary>The table <c>prune_receipt</c>.</summary>
internal static class PruneReceiptRows
{
    private const string LatestSql = """
        select r.id, r.pruned_at, r.policy::text, r.day, r.tasks, r.states::text, r.first_seen, r.last_seen, r.kind, r.rows, r.bytes_freed
          from eventhistory.prune_receipt r
         where r.pruned_at is not null and ($2::bigint is null or r.id < $2)
         order by r.id desc
         limit $1
        """;

    /// <param name="before">Only those with a smaller number; null: from the latest on.</param>
    public static async Task<IReadOnlyList<PruneReceipt>> Latest(NpgsqlConnection connection, int limit, long? before, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(LatestSql, connection)
        {
            Parameters = { new() { Value = limit }, new() { Value = (object?)before ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Bigint } },
        };
        await using var rows = await command.ExecuteReaderAsync(ct);
        var receipts = new List<PruneReceipt>();
        while (await rows.ReadAsync(ct))
            receipts.Add(Read(rows) with { Kind = rows.GetString(8), Rows = rows.GetInt64(9), BytesFreed = rows.GetInt64(10) });
        return receipts;
    }

    private const string RangesSql = """
        select r.first_seen, r.last_seen, r.tasks, r.pruned_at
          from eventhistory.prune_receipt r
         where r.pruned_at is not null and r.kind = 'tasks' and r.last_seen >= $1 and r.first_seen < $2
         order by r.first_seen, r.id
        """;

    /// <summary>What was pruned of the tasks that were first seen in a range.</summary>
    public static async Task<IReadOnlyList<PrunedRange>> Ranges(NpgsqlConnection connection, DateTime from, DateTime to, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(RangesSql, connection) { Parameters = { new() { Value = from }, new() { Value = to } } };
        await using var rows = await command.ExecuteReaderAsync(ct);
        var ranges = new List<PrunedRange>();
        while (await rows.ReadAsync(ct))
            ranges.Add(new PrunedRange(rows.GetDateTime(0), rows.GetDateTime(1), rows.GetInt64(2), rows.GetDateTime(3)));
        return PrunedRange.Joined(ranges);
    }

    /// <summary>The first eight columns of both questions.</summary>
    public static PruneReceipt Read(NpgsqlDataReader row) => new()
    {
        Id = row.GetInt64(0),
        PrunedAt = row.GetDateTime(1),
        Policy = JsonDocument.Parse(row.GetString(2)).RootElement,
        Day = row.IsDBNull(3) ? null : row.GetFieldValue<DateOnly>(3),
        Tasks = row.GetInt64(4),
        States = JsonSerializer.Deserialize<Dictionary<string, long>>(row.GetString(5))!,
        FirstSeen = row.IsDBNull(6) ? null : row.GetDateTime(6),
        LastSeen = row.IsDBNull(7) ? null : row.GetDateTime(7),
    };
}
