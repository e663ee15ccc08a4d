using EventHistory.Core.Log;
using Npgsql;
using NpgsqlTypes;

namespace EventHistory.Store;

/// <summary>A row of <c>event_segment</c>, column by column as it comes: bodies are long, and texts would only be made bytes again.</summary>
internal static class SegmentRow
{
    /// <summary>Of the table as <c>s</c>.</summary>
    public const string Columns = """
        s.first_position, s.event_count, s.part_counts, s.part_recorded_at, s.recorded_at, s.epoch, s.first_offset, s.last_offset,
        s.min_time, s.max_time, s.types, s.odd_escapes, s.chain, s.removed, s.removed_digests, s.seal, s.body
        """;

    private const int BodyColumn = 16;

    /// <param name="row">Read with sequential access.</param>
    /// <param name="from">The first position that is new to the reader.</param>
    /// <param name="body">Makes room for so many bytes of the body.</param>
    /// <param name="ct">Stop.</param>
    public static async Task<LogSegment> Read(NpgsqlDataReader row, long from, Func<int, Memory<byte>> body, CancellationToken ct)
    {
        var segment = Head(row, from);
        await using var stream = await row.GetStreamAsync(BodyColumn, ct);
        var text = body((int)stream.Length);
        await stream.ReadExactlyAsync(text, ct);
        return segment with { Body = text };
    }

    private const string InsertSql = """
        insert into eventhistory.event_segment (source_id, first_position, event_count, epoch, first_offset, last_offset,
            recorded_at, min_time, max_time, types, odd_escapes, chain, part_counts, part_recorded_at, body, removed, removed_digests, seal)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)
        """;

    public static NpgsqlBatchCommand Insert(int sourceId, LogSegment segment) => new(InsertSql)
    {
        Parameters =
        {
            new() { Value = sourceId },
            new() { Value = segment.FirstPosition },
            new() { Value = segment.Count },
            new() { Value = segment.Epoch },
            new() { Value = segment.FirstOffset },
            new() { Value = segment.LastOffset },
            new() { Value = segment.Parts.Min(p => p.RecordedAt) },
            new() { Value = (object?)segment.MinTime ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.TimestampTz },
            new() { Value = (object?)segment.MaxTime ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.TimestampTz },
            new() { Value = segment.Types.ToArray() },
            new() { Value = segment.HasOddEscapes },
            new() { Value = segment.Chain },
            OfParts(segment, p => p.Count, NpgsqlDbType.Integer),
            OfParts(segment, p => p.RecordedAt, NpgsqlDbType.TimestampTz),
            new NpgsqlParameter<ReadOnlyMemory<byte>> { TypedValue = segment.Body, NpgsqlDbType = NpgsqlDbType.Text },
            Removed(segment),
            Digests(segment),
            Seal(segment),
        },
    };

    /// <summary>The same into another table of that form.</summary>
    public static NpgsqlBatchCommand Insert(string table, int sourceId, LogSegment segment)
    {
        var insert = Insert(sourceId, segment);
#pragma warning disable CA2100 // the name of one of our own tables
        insert.CommandText = InsertSql.Replace("eventhistory.event_segment", table, StringComparison.Ordinal);
#pragma warning restore CA2100
        return insert;
    }

    private const string CutSql = """
        update eventhistory.event_segment s
           set min_time = $3, max_time = $4, types = $5, odd_escapes = $6, body = $7, removed = $8, removed_digests = $9, seal = $10
         where s.source_id = $1 and s.first_position = $2
        """;

    /// <summary>Puts in the place of a segment the same without some of its events.</summary>
    public static NpgsqlCommand Cut(NpgsqlConnection connection, int sourceId, LogSegment segment) => new(CutSql, connection)
    {
        Parameters =
        {
            new() { Value = sourceId },
            new() { Value = segment.FirstPosition },
            new() { Value = (object?)segment.MinTime ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.TimestampTz },
            new() { Value = (object?)segment.MaxTime ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.TimestampTz },
            new() { Value = segment.Types.ToArray() },
            new() { Value = segment.HasOddEscapes },
            new NpgsqlParameter<ReadOnlyMemory<byte>> { TypedValue = segment.Body, NpgsqlDbType = NpgsqlDbType.Text },
            Removed(segment),
            Digests(segment),
            Seal(segment),
        },
    };

    private static NpgsqlParameter Removed(LogSegment segment) => new()
    {
        Value = segment.Removed?.Runs.Select(run => new NpgsqlRange<long>(run.First, run.Last)).ToArray() ?? (object)DBNull.Value,
        NpgsqlDbType = NpgsqlDbType.BigIntMultirange,
    };

    private static NpgsqlParameter Digests(LogSegment segment) =>
        new() { Value = segment.Removed?.Digests ?? (object)DBNull.Value, NpgsqlDbType = NpgsqlDbType.Bytea };

    private static NpgsqlParameter Seal(LogSegment segment) => new() { Value = segment.Removed?.Seal ?? (object)DBNull.Value, NpgsqlDbType = NpgsqlDbType.Bytea };

    private static NpgsqlParameter OfParts<T>(LogSegment segment, Func<SegmentPart, T> value, NpgsqlDbType type) => new()
    {
        Value = segment.Parts.Count > 1 ? segment.Parts.Select(value).ToArray() : DBNull.Value,
        NpgsqlDbType = NpgsqlDbType.Array | type,
    };

    private static LogSegment Head(NpgsqlDataReader row, long from)
    {
        var (first, count) = (row.GetInt64(0), row.GetInt32(1));
        var counts = row.IsDBNull(2) ? null : row.GetFieldValue<int[]>(2);
        var times = row.IsDBNull(3) ? null : row.GetFieldValue<DateTime[]>(3);
        var recordedAt = row.GetDateTime(4);
        return new LogSegment
        {
            FirstPosition = first,
            From = Math.Max(first, from),
            Count = count,
            Parts = counts is null ? [new SegmentPart(count, recordedAt)] : [.. counts.Zip(times!, (n, at) => new SegmentPart(n, at))],
            Epoch = row.GetInt32(5),
            FirstOffset = row.GetInt64(6),
            LastOffset = row.GetInt64(7),
            MinTime = row.IsDBNull(8) ? null : row.GetDateTime(8),
            MaxTime = row.IsDBNull(9) ? null : row.GetDateTime(9),
            Types = row.GetFieldValue<int[]>(10),
            HasOddEscapes = row.GetBoolean(11),
            Chain = row.GetFieldValue<byte[]>(12),
            Removed = row.IsDBNull(13) ? null : ReadRemoved(row, first, count),
            Body = default,
        };
    }

    // A range of whole numbers comes with its last one excluded
    private static RemovedEvents ReadRemoved(NpgsqlDataReader row, long first, int count) => new(first, count,
        [.. row.GetFieldValue<NpgsqlRange<long>[]>(13).Select(r => new PositionRun(r.LowerBound, r.UpperBound - 1))],
        row.IsDBNull(14) ? null : row.GetFieldValue<byte[]>(14), row.IsDBNull(15) ? null : row.GetFieldValue<byte[]>(15));
}
