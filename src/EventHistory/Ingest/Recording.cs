using System.Diagnostics;
using EventHistory.Core.Celery;
using EventHistory.Settings;
using EventHistory.Store;
using EventHistory.Telemetry;
using Npgsql;

namespace EventHistory.Ingest;

/// <summary>
/// One unbroken stretch of recording. While one batch is being written the next is already being read:
/// <code>
/// stream ──▶ batch n+1   (decode)          this loop
///            batch n     (fold, commit)    one write at a time
///            batch n−1   (acknowledged)
/// </code>
/// Acknowledging only lets the broker send more; the offset in the database is the truth.
/// </summary>
internal sealed class Recording(
    EventHistorySettings settings, StreamSubscription subscription, NpgsqlConnection session, Labels labels, SourceState source, ResumePoint resume,
    RecorderStatus status, TimeProvider time, ILogger logger)
{
    /// <summary>How long a stop waits for the batch in hand.</summary>
    private static readonly TimeSpan _lastWrite = TimeSpan.FromSeconds(20);

    /// <summary>What large messages may leave behind before it is swept up.</summary>
    private const long MaxLitter = 32 * 1024 * 1024;

    private readonly OffsetWatch _offsets = new(source, resume);
    private BatchWriter _writer = new(session, source, labels, time);
    private long _carefulUpTo;
    private long _litter;

    public required Action OnCommit { get; init; }

    public long NextPosition => _writer.Source.NextPosition;

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

        var writing = Task.CompletedTask;
        try
        {
            while (await Next(end.Token) is { } batch)
            {
                await writing;
                writing = Write(batch, end, abort.Token);
            }
        }
        finally
        {
            await writing;
        }
    }

    /// <returns>The next batch, or null when it is time to stop and nothing is in hand.</returns>
    private async Task<Batch?> Next(CancellationToken stop)
    {
        var batch = new Batch { Epoch = resume.Epoch };
        using var linger = CancellationTokenSource.CreateLinkedTokenSource(stop);
        try
        {
            Take(batch, await subscription.Take(stop));
            linger.CancelAfter(settings.Batch.Linger);
            while (!IsFull(batch) && !stop.IsCancellationRequested)
            {
                if (!subscription.TryTake(out var delivery))
                    delivery = await subscription.Take(linger.Token);
                Take(batch, delivery);
            }
        }
        catch (OperationCanceledException) when (linger.IsCancellationRequested)
        {
            // waited long enough, or asked to stop
        }
        return batch.IsEmpty ? null : batch;
    }

    // Half the window: the broker fills the other half while this batch is written, and never waits for us to stop waiting
    private bool IsFull(Batch batch) => batch.IsFull(settings.Batch) || batch.Messages * 2 >= subscription.Window || batch.LastOffset <= _carefulUpTo;

    private void Take(Batch batch, Delivery delivery)
    {
        if (_offsets.Pass(delivery.Offset) is { } gap)
        {
            batch.Add(gap);
            Meters.Gaps.Add(1);
            logger.GapFound(gap.NextOffset, gap.Epoch, gap.Kind, gap.Messages);
        }
        batch.Add(delivery);
    }

    private async Task Write(Batch batch, CancellationTokenSource end, CancellationToken ct)
    {
        await Task.Yield(); // reading goes on meanwhile
        var started = Stopwatch.GetTimestamp();
        var written = false;
        try
        {
            batch = await CommitOrReject(batch, ct);
            await subscription.Acknowledge(batch.LastTag, ct);
            written = true;
        }
        finally
        {
            if (!written)
                await end.CancelAsync();
        }

        SweepUpAfter(batch);
        Meters.BatchSeconds.Record(Stopwatch.GetElapsedTime(started).TotalSeconds);
        Meters.Events.Add(batch.Events.Count);
        Meters.Messages.Add(batch.Messages);
        Meters.Rejected.Add(batch.Rejected.Count);
        foreach (var message in batch.Rejected)
            logger.MessageRejected(message.Offset, message.Reason);
        if (!subscription.HasWaiting)
            status.LagSeconds = 0;
    }

    // Large objects die as young as small ones, but the collector lets them lie until they are many times what is alive
    private void SweepUpAfter(Batch batch)
    {
        if (batch.Bytes / batch.Messages < 100_000)
            return;
        _litter += batch.Bytes;
        if (_litter < MaxLitter)
            return;
        _litter = 0;
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: true, compacting: false);
    }

    private async Task<Batch> CommitOrReject(Batch batch, CancellationToken ct)
    {
        try
        {
            await Commit(batch, ct);
            return batch;
        }
        catch (PostgresException refusal) when (IsAboutContent(refusal))
        {
            if (batch.Messages > 1)
                throw new BatchRefusedException(refusal, batch.LastOffset);
            var rejected = batch.Instead(new Rejection($"The database refuses it: {refusal.MessageText} (SQLSTATE {refusal.SqlState})."));
            _writer = new BatchWriter(session, _writer.Source, labels, time);
            await Commit(rejected, ct);
            return rejected;
        }
    }

    private async Task Commit(Batch batch, CancellationToken ct)
    {
        var recordedAt = await _writer.Write(batch, ct);
        OnCommit();
        status.LastOffset = batch.LastOffset;
        status.LastPosition = NextPosition - 1;
        status.LastRecordedAt = recordedAt;
        if (batch.Events.Max(e => e.At) is { } last)
        {
            status.LastEventAt = last;
            status.LagSeconds = Math.Max(0, (recordedAt - last).TotalSeconds);
        }
    }

    // 22 data exception, 23 constraint, 54 limit exceeded: the same batch would fail again
    private static bool IsAboutContent(PostgresException refusal) => refusal.SqlState[..2] is "22" or "23" or "54";
}

/// <summary>The database refuses what is in a batch; trying the same batch again would not help.</summary>
internal sealed class BatchRefusedException(PostgresException refusal, long lastOffset) : Exception(refusal.MessageText, refusal)
{
    public long LastOffset { get; } = lastOffset;
}
