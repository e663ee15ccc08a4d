using System.Buffers;
using System.Data;
using System.Diagnostics;
using EventHistory.Core.Log;
using EventHistory.Telemetry;
using Npgsql;

namespace EventHistory.Store;

/// <summary>
/// Merges small segments of hours that are over: a quiet system records one to three events at a time, and a row has its
/// own overhead and is compressed alone. Each step is one transaction that takes neighbours away and puts in their place
/// one segment with the same events, positions and links, after it has followed these links. Readers see no difference; a
/// step that was cut short has not happened; what the recorder appends is never touched.
/// </summary>
internal sealed class SegmentMerger(NpgsqlDataSource database, ILogger<SegmentMerger> logger)
{
    /// <summary>So many rows are taken away before their space is offered again to the rows that come.</summary>
    private const int VacuumEvery = 20_000;

    private readonly TypeNames _types = new(database);
    private readonly Dictionary<int, long> _done = [];

    /// <summary>Merges all there is to merge, one step after the other, and remembers how far it came.</summary>
    /// <param name="closedBefore">Hours that ended at or before this time (UTC) are over.</param>
    /// <param name="ct">Stops between two steps, or in the middle of one: that one is then undone.</param>
    public async Task<MergeCount> Merge(DateTime closedBefore, CancellationToken ct)
    {
        var (count, buffers) = (new MergeCount(), new Buffers());
        foreach (var source in await Sources(ct))
            await Merge(source, closedBefore, buffers, count, ct);
        foreach (var (partition, rows) in count.Emptied)
        {
            if (rows > 0)
                await PartitionVacuum.Run(database, partition, ct); // else the rows that come next would only be put behind the holes
        }
        return count;
    }

    private async Task<List<LogSource>> Sources(CancellationToken ct)
    {
        await using var connection = await database.OpenConnectionAsync(ct);
        return await LogSource.All(connection, ct);
    }

    private async Task Merge(LogSource source, DateTime closedBefore, Buffers buffers, MergeCount count, CancellationToken ct)
    {
        var plan = new MergePlan(closedBefore);
        var position = Math.Max(source.First, _done.GetValueOrDefault(source.Id));
        while (!plan.IsOver && await Sizes(source, position, ct) is { Count: > 0 } sizes)
        {
            foreach (var size in sizes)
            {
                if (plan.Add(size) is { } run && !await Step(source, run, buffers, count, ct))
                    return;
                if (plan.IsOver)
                    break;
                position = size.FirstPosition + size.Count;
            }
        }
        if (plan.End() is { } last && !await Step(source, last, buffers, count, ct))
            return;
        _done[source.Id] = position;
    }

    // Says nothing about bodies but their lengths, which PostgreSQL knows without reading them
    private const string SizesSql = """
        select first_position, event_count, octet_length(body), epoch, recorded_at, seal is not null from eventhistory.event_segment
         where source_id = $1 and first_position >= $2 order by first_position limit 2000
        """;

    private async Task<List<SegmentSize>> Sizes(LogSource source, long from, CancellationToken ct)
    {
        await using var command = database.CreateCommand(SizesSql);
        command.Parameters.Add(new() { Value = source.Id });
        command.Parameters.Add(new() { Value = from });
        await using var rows = await command.ExecuteReaderAsync(ct);
        var sizes = new List<SegmentSize>();
        while (await rows.ReadAsync(ct))
            sizes.Add(new SegmentSize(rows.GetInt64(0), rows.GetInt32(1), rows.GetInt32(2), rows.GetInt32(3), rows.GetDateTime(4), rows.GetBoolean(5)));
        return sizes;
    }

    // Nobody waits for the disk: a merge that a crash takes back is merged again
    private const string AtLeisureSql = "select set_config('synchronous_commit', 'off', true)";

    /// <returns>False: another process is at it.</returns>
    private async Task<bool> Step(LogSource source, MergeRun run, Buffers buffers, MergeCount count, CancellationToken ct)
    {
        var started = Stopwatch.GetTimestamp();
        await using (var connection = await database.OpenConnectionAsync(ct))
        {
            await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.ReadCommitted, ct);
            if (!await SegmentLock.Try(connection, source.Id, ct))
                return false;
            await using (var atLeisure = new NpgsqlCommand(AtLeisureSql, connection))
                await atLeisure.ExecuteNonQueryAsync(ct);
            if (await Merged(connection, source, run, buffers, ct) is not { } merged)
                return true;
            var partition = await Replace(connection, source, run, merged, ct);
            await transaction.CommitAsync(ct);
            Meters.SegmentsMerged.Add(run.Segments);
            count.Add(run.Segments, partition);
        }
        if (count.Emptied.FirstOrDefault(p => p.Value >= VacuumEvery).Key is { } emptied)
        {
            await PartitionVacuum.Run(database, emptied, ct);
            count.Emptied[emptied] = 0;
        }
        await Task.Delay(Stopwatch.GetElapsedTime(started), ct); // half of the time is for others
        return true;
    }

    private const string RunSql = "select " + SegmentRow.Columns + """

          from eventhistory.event_segment s
         where s.source_id = $1 and s.first_position >= $2 and s.first_position < $3 and s.recorded_at >= $4 and s.recorded_at < $5
         order by s.first_position
        """;

    /// <returns>Null: the run is not what it was when it was planned, or its links do not follow from its events.</returns>
    private async Task<LogSegment?> Merged(NpgsqlConnection connection, LogSource source, MergeRun run, Buffers buffers, CancellationToken ct)
    {
        if (await LinkBefore.Find(connection, source.Id, run.First, ct) is not { } link)
            return null;
        var body = buffers.Body;
        body.ResetWrittenCount();
        body.Write("["u8);
        var segments = new List<LogSegment>(run.Segments);
        var check = new ChainCheck(run.First, link, type => _types[type]);
        await using var command = Command(connection, RunSql, source, run);
        await using var rows = await command.ExecuteReaderAsync(CommandBehavior.SequentialAccess, ct);
        while (await rows.ReadAsync(ct))
        {
            var segment = await SegmentRow.Read(rows, run.First, buffers.Room, ct);
            await _types.Fetch(segment, ct);
            if (check.Add(segment) is { } fault)
            {
                logger.NotMerged(source.Name, fault.Position, fault.Sentence);
                return null;
            }
            foreach (var e in check.Events)
            {
                if (body.WrittenCount > 1)
                    body.Write(",\n"u8);
                body.Write(e.Json.Span);
            }
            segments.Add(segment with { Body = default });
        }
        body.Write("]"u8);
        return segments.Count == run.Segments && check.Next == run.Next ? LogSegment.Of(segments, body.WrittenMemory) : null;
    }

    private const string DeleteSql = """
        delete from eventhistory.event_segment
         where source_id = $1 and first_position >= $2 and first_position < $3 and recorded_at >= $4 and recorded_at < $5
        returning tableoid::regclass::text
        """;

    /// <returns>The partition that holds it.</returns>
    private static async Task<string> Replace(NpgsqlConnection connection, LogSource source, MergeRun run, LogSegment merged, CancellationToken ct)
    {
        var (partition, deleted) = ("", 0);
        await using (var delete = Command(connection, DeleteSql, source, run))
        await using (var rows = await delete.ExecuteReaderAsync(ct))
        {
            while (await rows.ReadAsync(ct))
                (partition, deleted) = (rows.GetString(0), deleted + 1);
            if (deleted != run.Segments)
                throw new DBConcurrencyException($"Segments from position {run.First} were rewritten by somebody who does not hold the lock.");
        }
        await using var insert = new NpgsqlBatch(connection) { BatchCommands = { SegmentRow.Insert(source.Id, merged) } };
        await insert.ExecuteNonQueryAsync(ct);
        return partition;
    }

#pragma warning disable CA2100 // one of the constants above
    private static NpgsqlCommand Command(NpgsqlConnection connection, string sql, LogSource source, MergeRun run) => new(sql, connection)
    {
        Parameters =
        {
            new() { Value = source.Id },
            new() { Value = run.First },
            new() { Value = run.Next },
            new() { Value = run.Hour },
            new() { Value = run.Hour.AddHours(1) },
        },
    };
#pragma warning restore CA2100

    /// <summary>Used again from step to step: as new ones, of half a megabyte each, they would lie about until the collector minds.</summary>
    private sealed class Buffers
    {
        private byte[] _segment = [];

        public ArrayBufferWriter<byte> Body { get; } = new(64 * 1024);

        public Memory<byte> Room(int length)
        {
            if (length > _segment.Length)
                _segment = new byte[length + (length / 4)];
            return _segment.AsMemory(0, length);
        }
    }
}
