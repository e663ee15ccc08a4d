using Npgsql;

namespace EventHistory.Store;

/// <summary>The link of the chain before a segment: of the segment before it, of what stands where that was, or of the log's beginning.</summary>
internal static class LinkBefore
{
    private const string FindSql = """
        select coalesce(
            (select case when b.next = $2 then b.chain end
               from (select s.first_position + s.event_count as next, s.chain from eventhistory.event_segment s
                      where s.source_id = $1 and s.first_position < $2 order by s.first_position desc limit 1) b),
            (select t.link_after from eventhistory.tombstone t where t.source_id = $1 and t.last_position = $2 - 1 and t.link_after is not null),
            (select s.first_chain from eventhistory.source s where s.id = $1 and s.first_position = $2))
        """;

    /// <param name="first">Where the segment begins.</param>
    /// <returns>Null: what was before it is missing.</returns>
    public static async Task<byte[]?> Find(NpgsqlConnection connection, int source, long first, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(FindSql, connection) { Parameters = { new() { Value = source }, new() { Value = first } } };
        return await command.ExecuteScalarAsync(ct) as byte[];
    }
}
