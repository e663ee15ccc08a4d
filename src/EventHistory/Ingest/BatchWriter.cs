using System.Buffers;
using EventHistory.Core.Celery;
using EventHistory.Core.Coverage;
using EventHistory.Core.Log;
using EventHistory.Projections;
using EventHistory.Store;
using Npgsql;

namespace EventHistory.Ingest;

/// <summary>
/// Writes batches, each in one transaction: the source's new place, its segments, what was rejected, and the read models. A batch
/// is prepared (folded, and turned into bytes) while the one before is being written. After a failure the writer is thrown away
/// with all it remembers; the database is the truth.
/// </summary>
/// <param name="session">Writes; it holds the lock of the source.</param>
/// <param name="lookups">Reads rows back while the session writes.</param>
/// <param name="run">Is told what was recorded when; null: nobody asks.</param>
internal sealed class BatchWriter(
    NpgsqlConnection session, NpgsqlConnection lookups, LogReader log, SourceState source, Labels labels, RecordedTasks recorded, TimeProvider time,
    CurrentRun? run = null)
{
    /// <summary>A larger buffer, of a batch of large messages, is not kept.</summary>
    private const int KeptBytes = 8 * 1024 * 1024;

    private readonly Stack<ArrayBufferWriter<byte>> _bodies = new();
    private readonly ReadModels _models = new(lookups, log, source.Id, labels, recorded);
    private readonly HashSet<DateOnly> _days = []; // whose partitions are there; a clock may also be set back
    private SourceState _prepared = source;

    /// <summary>The source as the last commit left it.</summary>
    public SourceState Source { get; private set; } = source;

    /// <summary>True if rows of open tasks wait for a batch that is not full.</summary>
    public bool IsBehind => _models.IsBehind;

    /// <summary>True if it should be replaced by a new one.</summary>
    public bool IsOvergrown => _models.IsOvergrown;

    /// <summary>Folds again what the log holds and task rows do not show: the end of what a writer did that was killed.</summary>
    public async Task CatchUp(CancellationToken ct)
    {
        await foreach (var segment in log.Read(Source.Id, Source.Reflected, Source.NextPosition - 1, ct))
            await _models.Fold(segment with { Body = segment.Body.ToArray() }, ct, again: true); // folds keep slices of it
    }

    /// <summary>Folds a batch and makes ready what is to be written; batches are prepared in their order.</summary>
    public async Task<PreparedBatch> Prepare(Batch batch, CancellationToken ct)
    {
        var recordedAt = Now();
        var before = _prepared;
        var ownPosition = before.NextPosition + batch.Events.Count;
        var nextPosition = ownPosition + batch.Own.Count;
        await _models.Fold(batch.Events, new(before.NextPosition), recordedAt, ct);
        await labels.Intern([.. batch.Own.Select(own => own.Event.Type).Where(type => !labels.Knows(type))], ct);
        var rows = await _models.Changes(all: !batch.IsFull || IsOvergrown, nextPosition, ct);
        var bodies = _bodies.TryPop(out var used) ? used : new ArrayBufferWriter<byte>(1024 * 1024);
        var segments = Segments(batch, bodies, before, recordedAt);
        var next = before with
        {
            Epoch = batch.Messages == 0 ? before.Epoch : batch.Epoch,
            LastOffset = batch.LastOffset ?? before.LastOffset,
            LastDigest = batch.LastDigest() ?? before.LastDigest,
            NextPosition = nextPosition,
            Chain = segments.Chain,
            Reflected = rows.Reflected,
        };
        var readUpTo = SentTime.ReadUpTo(batch.Events, batch.DrainedAt, recordedAt);
        List<NpgsqlBatchCommand> log =
        [
            before.AdvanceTo(next),
            .. batch.Gaps.Select(gap => Gap(batch, gap.Gap, gap.EventsBefore, before, recordedAt)),
            .. segments.Commands,
            .. batch.Rejected.Select(message => EventLog.Rejected(next, recordedAt, readUpTo ?? recordedAt, message)),
        ];
        if (run is not null && batch.Messages > 0)
            log.Add(run.Alive(recordedAt, SentTime.First(batch.Events), readUpTo));
        var taken = batch.Own.Count == 0 ? null : OwnEventRows.Take(batch.Own);
        if (taken is not null)
            log.AddRange([taken, OwnEventRows.Place(before.Id, batch.Own, new(ownPosition))]);
        _prepared = next;
        batch.ReleaseEvents();
        return new PreparedBatch(batch, before, next, recordedAt, log, taken, rows, bodies, segments.LastEventAt, readUpTo);
    }

    /// <exception cref="InvalidDataException">What is to be written is outdated.</exception>
    public async Task Write(PreparedBatch batch, CancellationToken ct)
    {
        await EnsurePartitions(DateOnly.FromDateTime(batch.RecordedAt), ct);
        await using var transaction = await session.BeginTransactionAsync(ct);
        await batch.Rows.Write(session, transaction, batch.Log, ct);
        if (batch.Taken is { } taken && taken.RecordsAffected != batch.Batch.Own.Count)
            throw new InvalidDataException($"Of {batch.Batch.Own.Count} events of our own {taken.RecordsAffected} still waited for the log: somebody took the others away");
        await transaction.CommitAsync(ct);
    }

    /// <summary>Called in the order of preparation, and not while another batch is being prepared.</summary>
    public void Committed(PreparedBatch batch)
    {
        Source = batch.To;
        run?.Recorded(batch.ReadUpTo);
        _models.Committed(batch.Rows);
        batch.Batch.ReleaseMessages();
        if (batch.Bodies.Capacity > KeptBytes)
            return;
        batch.Bodies.ResetWrittenCount();
        _bodies.Push(batch.Bodies);
    }

    // What is missing was sent between the events on its two sides; what comes next was sent before we took it
    private NpgsqlBatchCommand Gap(Batch batch, StreamGap gap, int eventsBefore, SourceState source, DateTime recordedAt)
    {
        var after = Period.Earlier(SentTime.Last(batch.Events, eventsBefore) ?? run?.RecordedTo, recordedAt);
        var before = Period.Earlier(SentTime.First(batch.Events, eventsBefore), recordedAt) ?? recordedAt;
        return EventLog.Gap(source, recordedAt, gap, after, after > before ? after.Value : before);
    }

    // To the microsecond, as the database keeps it: a row that is read back must say the same
    private DateTime Now()
    {
        var now = time.GetUtcNow().UtcDateTime;
        return now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMicrosecond));
    }

    private async Task EnsurePartitions(DateOnly today, CancellationToken ct)
    {
        if (_days.Contains(today))
            return;
        await EventLog.EnsurePartitions(session, today, ct);
        _days.Add(today);
    }

    private (List<NpgsqlBatchCommand> Commands, byte[] Chain, DateTime? LastEventAt) Segments(
        Batch batch, ArrayBufferWriter<byte> bodies, SourceState from, DateTime recordedAt)
    {
        var own = batch.Own.Select(own => own.Event).ToList();
        bodies.GetSpan(batch.Segments.Sum(part => SegmentWriter.BodyBytes(part.EventCount, part.Bytes))
            + SegmentWriter.BodyBytes(own.Count, own.Sum(e => e.Json.Length)) + 1); // at once: it must not move while slices of it are taken
        var commands = new List<NpgsqlBatchCommand>();
        var (chain, position, last) = (from.Chain, from.NextPosition, default(DateTime?));
        foreach (var part in batch.Segments)
        {
            var segment = Add(batch.Events.Slice(part.FirstEvent, part.EventCount), batch.Epoch, (part.FirstOffset, part.LastOffset));
            last = segment.MaxTime is { } at && !(last > at) ? at : last;
        }
        var (epoch, offset) = batch.LastOffset is { } read ? (batch.Epoch, read) : (from.Epoch, from.LastOffset ?? -1);
        if (own.Count > 0)
            Add(own, epoch, (offset, offset)); // where the stream stands
        return (commands, chain, last);

        LogSegment Add(List<CeleryEvent> events, int epoch, (long First, long Last) offsets)
        {
            var start = bodies.WrittenCount;
            SegmentWriter.Body(events, bodies);
            chain = SegmentWriter.Chain(chain, events);
            var segment = Segment(events, position, recordedAt, epoch, offsets) with { Chain = chain, Body = bodies.WrittenMemory[start..] };
            commands.Add(SegmentRow.Insert(from.Id, segment));
            position += events.Count;
            return segment;
        }
    }

    private LogSegment Segment(List<CeleryEvent> events, long position, DateTime recordedAt, int epoch, (long First, long Last) offsets)
    {
        var (first, last, odd) = (default(DateTime?), default(DateTime?), false);
        var types = new SortedSet<int>();
        foreach (var e in events)
        {
            first = e.At is null || first < e.At ? first : e.At;
            last = e.At is null || last > e.At ? last : e.At;
            odd |= e.HasOddEscape;
            types.Add(labels[e.Type]);
        }
        return new LogSegment
        {
            FirstPosition = position,
            From = position,
            Count = events.Count,
            Parts = [new SegmentPart(events.Count, recordedAt)],
            Chain = [],
            Epoch = epoch,
            FirstOffset = offsets.First,
            LastOffset = offsets.Last,
            MinTime = first,
            MaxTime = last,
            Types = [.. types],
            HasOddEscapes = odd,
            Body = default,
        };
    }
}
