using EventHistory.Core.Celery;
using EventHistory.Core.Log;
using Npgsql;
using NpgsqlTypes;

namespace EventHistory.Store;

/// <summary>The commands that append to the log: its segments, what was rejected, and gaps.</summary>
internal static class EventLog
{
    private const string PartitionsSql = "select eventhistory.ensure_segment_partition($1), eventhistory.ensure_segment_partition($1 + 1)";

    /// <summary>Makes the partitions of a day (UTC) and the next.</summary>
    public static async Task EnsurePartitions(NpgsqlConnection connection, DateOnly day, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(PartitionsSql, connection) { Parameters = { new() { Value = day } } };
        await command.ExecuteNonQueryAsync(ct);
    }

    private const string SegmentSql = """
        insert into eventhistory.event_segment (source_id, first_position, event_count, epoch, first_offset, last_offset,
            recorded_at, min_time, max_time, types, odd_escapes, body, chain)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
        """;

    /// <param name="from">The source before the batch.</param>
    /// <param name="to">The source after it.</param>
    /// <param name="firstOffset">Of the batch's first message.</param>
    /// <param name="body">What <see cref="SegmentWriter.Body"/> made of the events.</param>
    public static NpgsqlBatchCommand Segment(SourceState from, SourceState to, long firstOffset, DateTime recordedAt,
        IReadOnlyList<CeleryEvent> events, ReadOnlyMemory<byte> body, Labels labels) => new(SegmentSql)
        {
            Parameters =
            {
                new() { Value = from.Id },
                new() { Value = from.NextPosition },
                new() { Value = events.Count },
                new() { Value = to.Epoch },
                new() { Value = firstOffset },
                new() { Value = to.LastOffset!.Value },
                new() { Value = recordedAt },
                new() { Value = (object?)events.Min(e => e.At) ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.TimestampTz },
                new() { Value = (object?)events.Max(e => e.At) ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.TimestampTz },
                new() { Value = events.Select(e => e.Type).Distinct(StringComparer.Ordinal).Select(t => labels[t]).Order().ToArray() },
                new() { Value = events.Any(e => e.HasOddEscape) },
                new NpgsqlParameter<ReadOnlyMemory<byte>> { TypedValue = body, NpgsqlDbType = NpgsqlDbType.Text },
                new() { Value = to.Chain },
            },
        };

    private const string RejectedSql = """
        insert into eventhistory.rejected_message (source_id, epoch, "offset", recorded_at, reason, events_kept, routing_key, properties, body)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        """;

    public static NpgsqlBatchCommand Rejected(SourceState source, DateTime recordedAt, RejectedMessage message) => new(RejectedSql)
    {
        Parameters =
        {
            new() { Value = source.Id },
            new() { Value = source.Epoch },
            new() { Value = message.Offset },
            new() { Value = recordedAt },
            new() { Value = message.Reason },
            new() { Value = message.EventsKept },
            new() { Value = message.RoutingKey },
            new() { Value = message.Properties, NpgsqlDbType = NpgsqlDbType.Json },
            new() { Value = message.Body },
        },
    };

    private const string GapSql = """
        insert into eventhistory.gap (source_id, noticed_at, kind, epoch, after_offset, next_offset, messages, position)
        values ($1, $2, $3, $4, $5, $6, $7, $8)
        """;

    /// <param name="source">The source before the first batch after the gap.</param>
    public static NpgsqlBatchCommand Gap(SourceState source, DateTime noticedAt, StreamGap gap) => new(GapSql)
    {
        Parameters =
        {
            new() { Value = source.Id },
            new() { Value = noticedAt },
            new() { Value = gap.Kind },
            new() { Value = gap.Epoch },
            new() { Value = (object?)gap.AfterOffset ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Bigint },
            new() { Value = gap.NextOffset },
            new() { Value = (object?)gap.Messages ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Bigint },
            new() { Value = source.NextPosition },
        },
    };
}

/// <summary>A message that could not be read, or not wholly.</summary>
/// <param name="EventsKept">Of a list: its readable events, which are in the log.</param>
/// <param name="Properties">Its AMQP properties and headers as JSON.</param>
internal sealed record RejectedMessage(long Offset, string Reason, int EventsKept, string RoutingKey, string Properties, byte[] Body);

/// <summary>Messages that the broker had dropped before we could read them.</summary>
/// <param name="Kind"><c>truncated</c>: the stream reached its bounds. <c>new-epoch</c>: it was deleted and made anew.</param>
/// <param name="Messages">How many, at most (the broker's own bookkeeping takes an offset in each of its files); null: unknown.</param>
internal sealed record StreamGap(string Kind, int Epoch, long? AfterOffset, long NextOffset, long? Messages)
{
    public const string Truncated = "truncated";
    public const string NewEpoch = "new-epoch";
}
