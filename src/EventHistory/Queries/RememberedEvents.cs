using System.Buffers;
using System.Data;
using System.Runtime.CompilerServices;
using EventHistory.Core.Log;
using EventHistory.Store;
using Npgsql;

namespace EventHistory.Queries;

/// <summary>
/// Events at positions that a task's row remembers. The segments come whole and are split here: PostgreSQL would parse every event of them to find
/// the few that are wanted, and take five times as long.
/// </summary>
internal static class RememberedEvents
{
    /// <summary>Few and of our own: of the shared pool each thread would keep one.</summary>
    private static readonly ArrayPool<byte> _rooms = ArrayPool<byte>.Create(maxArrayLength: 2 * 1024 * 1024, maxArraysPerBucket: 2);

    private const string SegmentsSql = "select " + SegmentRow.Columns + """

          from (select distinct s.first_position, s.recorded_at
                  from unnest($2::bigint[]) wanted(at)
                 cross join lateral (
                       select s.first_position, s.recorded_at from eventhistory.event_segment s
                        where s.source_id = $1 and s.first_position <= wanted.at
                        order by s.first_position desc limit 1) s) holds
          join eventhistory.event_segment s
            on s.source_id = $1 and s.first_position = holds.first_position and s.recorded_at = holds.recorded_at
         order by s.first_position
        """;

    /// <summary>Those that are still there, in their order.</summary>
    /// <param name="source">The number of the source.</param>
    /// <param name="positions">Ascending.</param>
    public static async IAsyncEnumerable<RecordedEvent> At(
        NpgsqlConnection connection, int source, IReadOnlyList<long> positions, [EnumeratorCancellation] CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(SegmentsSql, connection)
        {
            CommandTimeout = QueryFault.TimeLimit,
            Parameters = { new() { Value = source }, new() { Value = positions } },
        };
        await command.PrepareAsync(ct);
        await using var rows = await command.ExecuteReaderAsync(CommandBehavior.SequentialAccess, ct);
        var (buffer, next) = (Array.Empty<byte>(), 0);
        try
        {
            while (await rows.ReadAsync(ct))
            {
                var segment = await SegmentRow.Read(rows, from: 0, Room, ct);
                var events = new List<ReadOnlyMemory<byte>>(segment.Left);
                SegmentReader.Split(segment.Body, segment.Left, events); // a damaged one has none: `verify` says how
                for (; next < positions.Count && positions[next] <= segment.LastPosition; next++)
                {
                    if (segment.IndexOf(positions[next]) is >= 0 and var index && index < events.Count)
                        yield return RecordedEvent.Of(positions[next], segment.RecordedAt(positions[next]), events[index].ToArray()); // the segment's memory is used again
                }
            }
        }
        finally
        {
            _rooms.Return(buffer);
        }

        Memory<byte> Room(int length)
        {
            if (length > buffer.Length)
            {
                _rooms.Return(buffer);
                buffer = _rooms.Rent(length);
            }
            return buffer.AsMemory(0, length);
        }
    }
}
