using System.Data;
using System.Runtime.CompilerServices;
using EventHistory.Core.Log;
using Npgsql;

namespace EventHistory.Store;

/// <summary>
/// Reads the log of a source in the order of its positions, in a memory that does not depend on its length. It asks for
/// some segments at a time and goes on where the last one ended, so that no transaction stays open while a long log is
/// read; segments may be merged meanwhile.
/// </summary>
internal sealed class LogReader(NpgsqlDataSource database)
{
    private const int Limit = 500;

    // Through the primary keys of all days side by side, and nothing else: where the planner knows no numbers it expects few
    // rows, and would rather read all that is left and sort it, page by page.
    private const string InOrderSql = "select set_config('enable_sort', 'off', true)";

    // the first segment may begin before the position that is asked for
    private const string SegmentsSql = "select " + SegmentRow.Columns + """

          from eventhistory.event_segment s
         where s.source_id = $1 and s.first_position + s.event_count > $2 and s.first_position <= $3
           and s.first_position >= coalesce((select max(b.first_position) from eventhistory.event_segment b
                                              where b.source_id = $1 and b.first_position <= $2), $2)
         order by s.first_position
         limit 500
        """;

    /// <summary>
    /// The segments that hold the positions, whole. Of the first, and of one that was merged with segments that are read
    /// already, only what is behind <see cref="LogSegment.From"/> is new. A body is overwritten when the next is read.
    /// </summary>
    /// <param name="source">The number of the source.</param>
    /// <param name="from">The first position.</param>
    /// <param name="to">The last position; it may be behind the end of the log.</param>
    /// <param name="ct">Stop.</param>
    public async IAsyncEnumerable<LogSegment> Read(int source, long from, long to, [EnumeratorCancellation] CancellationToken ct)
    {
        var buffer = new byte[1024 * 1024];
        for (var found = Limit; found == Limit && from <= to;)
        {
            found = 0;
            await using var connection = await database.OpenConnectionAsync(ct);
            await using var transaction = await connection.BeginTransactionAsync(ct); // for the setting only
            await using (var inOrder = new NpgsqlCommand(InOrderSql, connection))
                await inOrder.ExecuteNonQueryAsync(ct);
            await using var command = new NpgsqlCommand(SegmentsSql, connection)
            {
                Parameters = { new() { Value = source }, new() { Value = from }, new() { Value = to } },
            };
            await command.PrepareAsync(ct);
            await using var rows = await command.ExecuteReaderAsync(CommandBehavior.SequentialAccess, ct);
            while (await rows.ReadAsync(ct))
            {
                var segment = await SegmentRow.Read(rows, from, Room, ct);
                yield return segment;
                from = Math.Max(from, segment.LastPosition + 1);
                found++;
            }
        }

        Memory<byte> Room(int length)
        {
            if (length > buffer.Length)
                buffer = new byte[length + (length / 4)];
            return buffer.AsMemory(0, length);
        }
    }
}
