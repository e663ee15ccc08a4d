using System.Data;
using EventHistory.Core.Log;
using EventHistory.Core.Queries;
using EventHistory.Store;
using Npgsql;

namespace EventHistory.Queries;

/// <summary>Questions about the log itself: where it ends, and its hash chain.</summary>
internal sealed class LogQueries(NpgsqlDataSource database)
{
    /// <param name="position">Not the last links, but the last ones that end at or before this position; a log that begins later has none.</param>
    /// <param name="ct">Stop.</param>
    public async Task<LogHeads> Heads(long? position, CancellationToken ct)
    {
        await using var connection = await database.OpenConnectionAsync(ct);
        await using var snapshot = await QuerySnapshot.Begin(connection, ct);
        var heads = new List<LogHead>();
        foreach (var log in await Logs(connection, ct))
        {
            if (position is null || position >= log.Head.Position)
                heads.Add(log.Head);
            else if (position >= log.First && await At(connection, log, position.Value, ct) is { } head)
                heads.Add(head);
        }
        return new LogHeads(heads);
    }

    private const string LogsSql = """
        select s.id, s.first_position, s.first_chain, s.name, s.next_position - 1, s.next_position - s.first_position - removed.events, s.chain,
               last.recorded_at, s.epoch, s.last_offset
          from eventhistory.source s
          left join lateral (
               select coalesce(e.part_recorded_at[cardinality(e.part_recorded_at)], e.recorded_at) as recorded_at
                 from eventhistory.event_segment e where e.source_id = s.id order by e.first_position desc limit 1) last on true
         cross join lateral (
               select coalesce(sum(t.events), 0)::bigint as events from eventhistory.tombstone t
                where t.source_id = s.id and t.first_position >= s.first_position) removed
         order by s.name
        """;

    private static async Task<List<Log>> Logs(NpgsqlConnection connection, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(LogsSql, connection) { CommandTimeout = QueryFault.TimeLimit };
        await using var rows = await command.ExecuteReaderAsync(ct);
        var logs = new List<Log>();
        while (await rows.ReadAsync(ct))
        {
            var head = new LogHead(rows.GetString(3), rows.GetInt64(4), rows.GetInt64(5), Convert.ToHexStringLower(rows.GetFieldValue<byte[]>(6)),
                TaskRecord.Value<DateTime>(rows, 7), rows.GetInt32(8), TaskRecord.Value<long>(rows, 9));
            logs.Add(new Log(rows.GetInt32(0), rows.GetInt64(1), rows.GetFieldValue<byte[]>(2), head));
        }
        return logs;
    }

    private const string AtSql = "select " + SegmentRow.Columns + """

          from eventhistory.event_segment s where s.source_id = $1 and s.first_position <= $2 order by s.first_position desc limit 2
        """;

    // A link inside a merged segment is not stored: it follows from the one before the segment and the events
    private static async Task<LogHead?> At(NpgsqlConnection connection, Log log, long position, CancellationToken ct)
    {
        if (await Last(connection, log, position, ct) is not (var last, var before))
            return null;
        var removed = await TombstoneRows.Events(connection, log.Source, log.First, position, ct);
        if (last.LastPosition <= position)
            return Head(log, last.LastPosition, last.Chain, last.Parts[^1].RecordedAt, last.Epoch, removed);

        var link = await LinkBefore.Find(connection, log.Source, last.FirstPosition, ct) ?? log.FirstChain;
        var (end, at, recordedAt) = HashChain.At(last, link, position);
        return Head(log, end, at, recordedAt ?? before?.Parts[^1].RecordedAt, recordedAt is null && before is not null ? before.Epoch : last.Epoch, removed);
    }

    private static async Task<(LogSegment Last, LogSegment? Before)?> Last(NpgsqlConnection connection, Log log, long position, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(AtSql, connection)
        {
            CommandTimeout = QueryFault.TimeLimit,
            Parameters = { new() { Value = log.Source }, new() { Value = position } },
        };
        await using var rows = await command.ExecuteReaderAsync(CommandBehavior.SequentialAccess, ct);
        if (!await rows.ReadAsync(ct))
            return null;
        var last = await SegmentRow.Read(rows, log.First, length => new byte[length], ct);
        return (last, await rows.ReadAsync(ct) ? await SegmentRow.Read(rows, log.First, length => new byte[length], ct) : null);
    }

    private static LogHead Head(Log log, long position, byte[] link, DateTime? recordedAt, int epoch, long removed) => log.Head with
    {
        Position = position,
        Events = position - log.First + 1 - removed,
        Chain = Convert.ToHexStringLower(link),
        RecordedAt = recordedAt,
        Epoch = epoch,
        LastOffset = null,
    };

    private sealed record Log(int Source, long First, byte[] FirstChain, LogHead Head);
}
