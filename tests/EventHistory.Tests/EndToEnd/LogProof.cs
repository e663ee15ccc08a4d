using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using EventHistory.Tests.Ingest;
using Npgsql;

namespace EventHistory.Tests.EndToEnd;

/// <summary>Reads a log back and proves it, from what DESIGN says about it alone: gapless positions, a hash chain over the events' bytes.</summary>
internal static class LogProof
{
    private const string SegmentsSql = """
        select first_position, event_count, first_offset, last_offset, body, chain, part_counts from eventhistory.event_segment
         where source_id = (select id from eventhistory.source) order by first_position
        """;

    private const string SourceSql = "select next_position, last_offset, chain from eventhistory.source";

    private static readonly JsonDocumentOptions _deep = new() { MaxDepth = 1000 };

    /// <returns>Every event's own JSON, in the order of the positions.</returns>
    public static async Task<List<string>> Read(NpgsqlDataSource data)
    {
        var segments = await data.All(SegmentsSql, row => new Segment(
            row.GetInt64(0), row.GetInt32(1), row.GetInt64(2), row.GetInt64(3), row.GetString(4), row.GetFieldValue<byte[]>(5),
            row.IsDBNull(6) ? [row.GetInt32(1)] : row.GetFieldValue<int[]>(6)));
        var (next, lastOffset, end) = Assert.Single(await data.All(SourceSql, row => (row.GetInt64(0), row.IsDBNull(1) ? -1 : row.GetInt64(1), row.GetFieldValue<byte[]>(2))));

        var events = new List<string>();
        var (chain, offset) = (new byte[SHA256.HashSizeInBytes], -2L);
        foreach (var segment in segments)
        {
            Assert.Equal(events.Count + 1, segment.FirstPosition);
            using var body = JsonDocument.Parse(segment.Body, _deep);
            var before = events.Count;
            events.AddRange(body.RootElement.EnumerateArray().Select(e => e.GetRawText()));
            // our own events come from where the stream stands
            Assert.True(segment.FirstOffset > offset || (segment.FirstOffset == offset && events[before].StartsWith("{\"type\":\"eventhistory-", StringComparison.Ordinal)),
                $"the segment at position {segment.FirstPosition} overlaps the one before");
            Assert.Equal(segment.EventCount, events.Count - before);
            foreach (var part in segment.Parts)
            {
                chain = SHA256.HashData([.. chain, .. events.Skip(before).Take(part).SelectMany(e => SHA256.HashData(Encoding.UTF8.GetBytes(e)))]);
                before += part;
            }
            Assert.Equal(Convert.ToHexString(chain), Convert.ToHexString(segment.Chain));
            offset = segment.LastOffset;
        }
        Assert.Equal(events.Count + 1, next);
        Assert.True(lastOffset >= offset);
        Assert.Equal(Convert.ToHexString(chain), Convert.ToHexString(end));
        return events;
    }

    private sealed record Segment(long FirstPosition, int EventCount, long FirstOffset, long LastOffset, string Body, byte[] Chain, int[] Parts);
}
