using System.Diagnostics;
using EventHistory.Core.Celery;
using EventHistory.Settings;
using EventHistory.Store;
using EventHistory.Telemetry;
using Npgsql;

namespace EventHistory.Ingest;

/// <summary>
/// One unbroken stretch of recording. While one batch is being written the next is already being read and folded:
/// <code>
/// stream ──▶ batch n+1   (decode, fold)    this loop; our own events come along (<see cref="OwnEventInbox"/>)
///            batch n     (commit)          one write at a time
///            batch n−1   (acknowledged)
/// </code>
/// Acknowledging only lets the broker send more; the offset in the database is the truth.
/// </summary>
internal sealed class Recording(
    EventHistorySettings settings, StreamSubscription subscription, OwnEventInbox own, Func<SourceState, BatchWriter> writers, SourceState source, ResumePoint resume,
    RecorderStatus status, TimeProvider time, ILogger logger)
{
    /// <summary>How long a stop waits for the batch in hand.</summary>
    private static readonly TimeSpan _lastWrite = TimeSpan.FromSeconds(20);

    /// <summary>What large messages may leave behind before it is swept up.</summary>
    private const long MaxLitter = 32 * 1024 * 1024;

    private readonly EventPool _events = new();
    private readonly OffsetWatch _offsets = new(source, resume);
    private BatchWriter _writer = writers(source);
    private PreparedBatch? _inFlight;
    private Task _writing = Task.CompletedTask;
    private long _inHand; // messages taken and not yet committed
    private long _carefulUpTo;
    private long _litter;

    public required Action OnCommit { get; init; }

    public long NextPosition => _writer.Source.NextPosition;

    /// <summary>True when all that the broker delivered is recorded.</summary>
    public bool IsIdle => Interlocked.Read(ref _inHand) == 0 && !subscription.HasWaiting;

    /// <summary>Records until the token says stop; then finishes the batch in hand and returns.</summary>
    /// <param name="carefulUpTo">Up to this offset every message is a batch of its own: one of them was refused by the database.</param>
    /// <param name="stop">Stop.</param>
    /// <exception cref="BatchRefusedException">The database refuses what is in a batch.</exception>
    public async Task Run(long carefulUpTo, CancellationToken stop)
    {
        _carefulUpTo = carefulUpTo;
        using var abort = new CancellationTokenSource();
        await using var deadline = stop.Register(() => abort.CancelAfter(_lastWrite));
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stop); // also when a write fails while nothing comes in
        try
        {
            await _writer.CatchUp(stop);
            while (await Next(end.Token) is { } batch)
            {
                if (batch.LastOffset <= _carefulUpTo)
                    await RecordCarefully(batch, end, abort.Token);
                else
                    await Record(batch, end, abort.Token);
                if (_writer.IsOvergrown)
                    await StartOver(end, abort.Token);
            }
        }
        finally
        {
            await Finished();
        }
        if (_writer.IsBehind)
            await BringUpToDate(end, abort.Token);
    }

    /// <returns>The next batch, or null when it is time to stop and nothing is in hand.</returns>
    private async Task<Batch?> Next(CancellationToken stop)
    {
        if (stop.IsCancellationRequested)
            return null;
        var batch = new Batch(_events) { Epoch = resume.Epoch };
        using var linger = CancellationTokenSource.CreateLinkedTokenSource(stop);
        using var idle = CancellationTokenSource.CreateLinkedTokenSource(linger.Token, own.Arrival);
        if (_writer.IsBehind)
            linger.CancelAfter(settings.Batch.Linger);
        DateTime? began = null;
        try
        {
            Take(batch, subscription.TryTake(out var first) ? first : await subscription.Take(idle.Token));
            began = time.GetUtcNow().UtcDateTime;
            linger.CancelAfter(settings.Batch.Linger);
            while (!IsFull(batch) && !stop.IsCancellationRequested)
            {
                if (!subscription.TryTake(out var delivery))
                    delivery = await subscription.Take(linger.Token);
                Take(batch, delivery);
            }
            batch.IsFull = IsFull(batch) && batch.LastOffset > _carefulUpTo;
        }
        catch (OperationCanceledException) when (linger.IsCancellationRequested || idle.IsCancellationRequested) // the second follows the first a moment later
        {
            batch.DrainedAt = began; // waited long enough, or asked to stop
        }
        if (batch.Messages == 0 && stop.IsCancellationRequested)
            return null;
        if (!(batch.LastOffset <= _carefulUpTo))
            batch.Own = own.Take();
        return batch;
    }

    // Half the window: the broker fills the other half while this batch is written, and never waits for us to stop waiting
    private bool IsFull(Batch batch) => batch.Reaches(settings.Batch) || batch.Messages * 2 >= subscription.Window || batch.LastOffset <= _carefulUpTo;

    private void Take(Batch batch, Delivery delivery)
    {
        if (_offsets.Pass(delivery.Offset) is { } gap)
        {
            batch.Add(gap);
            Meters.Gaps.Add(1);
            logger.GapFound(gap.NextOffset, gap.Epoch, gap.Kind, gap.Messages);
        }
        batch.Add(delivery);
        Interlocked.Increment(ref _inHand);
    }

    // Folds the batch while the one before is being written, then lets it be written
    private async Task Record(Batch batch, CancellationTokenSource end, CancellationToken ct)
    {
        var prepared = await _writer.Prepare(batch, ct);
        await Finished();
        (_inFlight, _writing) = (prepared, Write(prepared, end, ct));
    }

    // One message at a time, nothing else under way: if the database refuses it, it is recorded as rejected
    private async Task RecordCarefully(Batch batch, CancellationTokenSource end, CancellationToken ct)
    {
        await Finished();
        try
        {
            await Record(batch, end, ct);
            await Finished();
        }
        catch (BatchRefusedException refusal) when (batch.Messages == 1)
        {
            (_inFlight, _writing) = (null, Task.CompletedTask);
            _writer = writers(_writer.Source);
            await _writer.CatchUp(ct);
            await Record(batch.Instead(new Rejection($"The database refuses it: {refusal.Message}.")), end, ct);
            await Finished();
        }
    }

    private async Task StartOver(CancellationTokenSource end, CancellationToken ct)
    {
        await BringUpToDate(end, ct);
        _writer = writers(_writer.Source);
    }

    private async Task BringUpToDate(CancellationTokenSource end, CancellationToken ct)
    {
        await Record(new Batch { Epoch = resume.Epoch }, end, ct);
        await Finished();
    }

    private async Task Finished()
    {
        await _writing;
        if (_inFlight is not { } done)
            return;
        (_inFlight, _writing) = (null, Task.CompletedTask);
        _writer.Committed(done);
    }

    private async Task Write(PreparedBatch batch, CancellationTokenSource end, CancellationToken ct)
    {
        await Task.Yield(); // reading goes on meanwhile
        var started = Stopwatch.GetTimestamp();
        var written = false;
        try
        {
            await _writer.Write(batch, ct);
            if (batch.Batch.LastTag is { } tag)
                await subscription.Acknowledge(tag, ct);
            written = true;
        }
        catch (PostgresException refusal) when (BatchRefusedException.IsAboutContent(refusal) && batch.Batch.LastOffset is { } offset)
        {
            throw new BatchRefusedException(refusal, offset);
        }
        finally
        {
            if (!written && !(batch.Batch.LastOffset <= _carefulUpTo))
                await end.CancelAsync();
        }
        Meters.BatchSeconds.Record(Stopwatch.GetElapsedTime(started).TotalSeconds);
        Interlocked.Add(ref _inHand, -batch.Batch.Messages);
        OnCommit();
        if (batch.Batch.Own.Count > 0)
            own.Recorded();
        Report(batch);
        SweepUpAfter(batch.Batch);
    }

    private void Report(PreparedBatch done)
    {
        Meters.Events.Add(done.Events);
        Meters.Messages.Add(done.Batch.Messages);
        Meters.Rejected.Add(done.Batch.Rejected.Count);
        foreach (var message in done.Batch.Rejected)
            logger.MessageRejected(message.Offset, message.Reason);
        status.LastPosition = done.To.NextPosition - 1;
        status.LastRecordedAt = done.RecordedAt;
        if (done.Batch.LastOffset is { } offset)
            status.LastOffset = offset;
        if (done.LastEventAt is { } last)
        {
            status.LastEventAt = last;
            status.LagSeconds = Math.Max(0, (done.RecordedAt - last).TotalSeconds);
        }
        if (!subscription.HasWaiting)
            status.LagSeconds = 0;
    }

    // Large objects die as young as small ones, but the collector lets them lie until they are many times what is alive
    private void SweepUpAfter(Batch batch)
    {
        if (batch.Messages == 0 || batch.Bytes / batch.Messages < 100_000)
            return;
        _litter += 3 * batch.Bytes; // as messages, in the segment, in the rows
        if (_litter < MaxLitter)
            return;
        _litter = 0;
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: true, compacting: false);
    }
}
