using Npgsql;
using NpgsqlTypes;

namespace EventHistory.Store;

/// <summary>The commands that append to the log what is beside its segments (<see cref="SegmentRow"/>): what was rejected, and gaps.</summary>
internal static class EventLog
{
    private const string PartitionsSql = """
        select eventhistory.ensure_partition(of_table, day)
          from unnest('{event_segment,task}'::text[]) of_table cross join unnest(array[$1::date, $1::date + 1]) day
        """;

    /// <summary>Makes the partitions of a day (UTC) and the next.</summary>
    public static async Task EnsurePartitions(NpgsqlConnection connection, DateOnly day, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(PartitionsSql, connection) { Parameters = { new() { Value = day } } };
        await command.ExecuteNonQueryAsync(ct);
    }

    private const string RejectedSql = """
        insert into eventhistory.rejected_message (source_id, epoch, "offset", recorded_at, reason, events_kept, routing_key, properties, body, sent_about)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        """;

    /// <param name="sentAbout">When the events beside it were sent.</param>
    public static NpgsqlBatchCommand Rejected(SourceState source, DateTime recordedAt, DateTime sentAbout, RejectedMessage message) => new(RejectedSql)
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
            new NpgsqlParameter<ReadOnlyMemory<byte>> { TypedValue = message.Body, NpgsqlDbType = NpgsqlDbType.Bytea },
            new() { Value = sentAbout },
        },
    };

    private const string GapSql = """
        insert into eventhistory.gap (source_id, noticed_at, kind, epoch, after_offset, next_offset, messages, position, after_time, before_time)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        """;

    /// <param name="source">The source before the first batch after the gap.</param>
    /// <param name="after">The missing messages were sent after this; null: unknown.</param>
    /// <param name="before">And before this.</param>
    public static NpgsqlBatchCommand Gap(SourceState source, DateTime noticedAt, StreamGap gap, DateTime? after, DateTime before) => new(GapSql)
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
            new() { Value = (object?)after ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.TimestampTz },
            new() { Value = before },
        },
    };
}

/// <summary>A message that could not be read, or not wholly.</summary>
/// <param name="EventsKept">Of a list: its readable events, which are in the log.</param>
/// <param name="Properties">Its AMQP properties and headers as JSON.</param>
internal sealed record RejectedMessage(long Offset, string Reason, int EventsKept, string RoutingKey, string Properties, ReadOnlyMemory<byte> Body);

/// <summary>Messages that the broker had dropped before we could read them.</summary>
/// <param name="Kind"><c>truncated</c>: the stream reached its bounds. <c>new-epoch</c>: it was deleted and made anew.</param>
/// <param name="Messages">How many, at most (the broker's own bookkeeping takes an offset in each of its files); null: unknown.</param>
internal sealed record StreamGap(string Kind, int Epoch, long? AfterOffset, long NextOffset, long? Messages)
{
    public const string Truncated = "truncated";
    public const string NewEpoch = "new-epoch";
}
