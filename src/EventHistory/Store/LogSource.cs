using Npgsql;

namespace EventHistory.Store;

/// <summary>A source as its log is read: where the log begins and ends, and the links of the chain before and behind it.</summary>
/// <param name="First">The position of the log's first event.</param>
/// <param name="FirstChain">The link before it.</param>
/// <param name="Next">The position behind the last event.</param>
/// <param name="Chain">The link behind the last event.</param>
/// <param name="Reflected">Rows show every event below this position; later ones may be only in the log yet.</param>
internal sealed record LogSource(int Id, string Name, long First, byte[] FirstChain, long Next, byte[] Chain, long Reflected)
{
    private const string AllSql = """
        select s.id, s.name, s.first_position, s.first_chain, s.next_position, s.chain, s.reflected
          from eventhistory.source s order by s.name
        """;

    public static async Task<List<LogSource>> All(NpgsqlConnection connection, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(AllSql, connection);
        await using var rows = await command.ExecuteReaderAsync(ct);
        var sources = new List<LogSource>();
        while (await rows.ReadAsync(ct))
        {
            sources.Add(new LogSource(rows.GetInt32(0), rows.GetString(1), rows.GetInt64(2), rows.GetFieldValue<byte[]>(3), rows.GetInt64(4),
                rows.GetFieldValue<byte[]>(5), rows.GetInt64(6)));
        }
        return sources;
    }
}
