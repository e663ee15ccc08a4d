using System.Data;
using System.Runtime.CompilerServices;
using EventHistory.Core.Log;
using Npgsql;
using NpgsqlTypes;

namespace EventHistory.Store;

/// <summary>What segments to look into: those that may hold events of some types and of a time. The heads of the others are passed over.</summary>
/// <param name="Types">Any of these; none: of all types.</param>
internal sealed record SegmentsWanted(IReadOnlyList<string> Types, DateTime? From, DateTime? To);

/// <summary>
/// Walks along the log of a source, forwards or backwards, and reads the segments that may hold what is wanted: few at first, since
/// a page is often full after one.
/// </summary>
internal static class LogSearch
{
    private const int FirstRead = 4;
    private const int MostRead = 64;

    // Through the primary keys of all days side by side, and nothing else: see LogReader
    private const string InOrderSql = "select set_config('enable_sort', 'off', true)";

    private const string Wanted = """
        ($4::uuid[] is null or s.types && array(select l.id from eventhistory.label l where l.digest = any($4)))
           and ($5::timestamptz is null or s.max_time >= $5) and ($6::timestamptz is null or s.min_time < $6)

        """;

    // the first segment may begin before the position that is asked for
    private const string ForwardsSql = "select " + SegmentRow.Columns + """

          from eventhistory.event_segment s
         where s.source_id = $1 and s.first_position + s.event_count > $2 and s.first_position <= $3
           and s.first_position >= coalesce((select max(b.first_position) from eventhistory.event_segment b
                                              where b.source_id = $1 and b.first_position <= $2), $2)
           and 
        """ + Wanted + " order by s.first_position limit $7";

    private const string BackwardsSql = "select " + SegmentRow.Columns + """

          from eventhistory.event_segment s
         where s.source_id = $1 and s.first_position + s.event_count > $2 and s.first_position <= $3
           and 
        """ + Wanted + " order by s.first_position desc limit $7";

    /// <summary>
    /// The segments, each with memory of its own. The first and the last may hold positions that are not asked for; segments that are
    /// merged meanwhile may come twice, with another beginning.
    /// </summary>
    /// <param name="connection">Its transaction gets a setting of its own.</param>
    /// <param name="source">The number of the source.</param>
    /// <param name="from">The first position.</param>
    /// <param name="to">The last position.</param>
    /// <param name="forwards">Else the last one comes first.</param>
    /// <param name="wanted">What to look for.</param>
    /// <param name="patience">Seconds that one look may take.</param>
    /// <param name="ct">Stop.</param>
    public static async IAsyncEnumerable<LogSegment> Read(NpgsqlConnection connection, int source, long from, long to, bool forwards,
        SegmentsWanted wanted, int patience, [EnumeratorCancellation] CancellationToken ct)
    {
        await using (var inOrder = new NpgsqlCommand(InOrderSql, connection))
            await inOrder.ExecuteNonQueryAsync(ct);
        var isEnd = false;
        for (var limit = FirstRead; !isEnd && from <= to; limit = Math.Min(limit * 2, MostRead))
        {
            var segments = await Next(connection, source, from, to, forwards, wanted, limit, patience, ct);
            isEnd = segments.Count < limit;
            foreach (var segment in segments)
            {
                yield return segment;
                if (forwards)
                    from = segment.LastPosition + 1;
                else
                    to = segment.FirstPosition - 1;
            }
        }
    }

    private static async Task<List<LogSegment>> Next(NpgsqlConnection connection, int source, long from, long to, bool forwards,
        SegmentsWanted wanted, int limit, int patience, CancellationToken ct)
    {
#pragma warning disable CA2100 // one of the constants above
        await using var command = new NpgsqlCommand(forwards ? ForwardsSql : BackwardsSql, connection)
        {
            CommandTimeout = patience,
            Parameters =
            {
                new() { Value = source },
                new() { Value = from },
                new() { Value = to },
                Nullable(wanted.Types.Count == 0 ? null : wanted.Types.Select(Labels.Digest).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Uuid),
                Nullable(wanted.From, NpgsqlDbType.TimestampTz),
                Nullable(wanted.To, NpgsqlDbType.TimestampTz),
                new() { Value = limit },
            },
        };
#pragma warning restore CA2100
        await using var rows = await command.ExecuteReaderAsync(CommandBehavior.SequentialAccess, ct);
        var segments = new List<LogSegment>();
        while (await rows.ReadAsync(ct))
            segments.Add(await SegmentRow.Read(rows, from, length => new byte[length], ct));
        return segments;
    }

    private static NpgsqlParameter Nullable(object? value, NpgsqlDbType type) => new() { Value = value ?? DBNull.Value, NpgsqlDbType = type };
}
