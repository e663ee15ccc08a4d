using System.Buffers;
using EventHistory.Core.Celery;
using EventHistory.Core.Log;
using EventHistory.Core.Tasks;
using EventHistory.Core.Workers;
using EventHistory.Projections;
using EventHistory.Store;
using Npgsql;

namespace EventHistory.Ingest;

/// <summary>
/// Writes batches, each in one transaction: the source's new place, the segment, what was rejected, tasks and workers.
/// After a failure it is thrown away with all it remembers; the database is the truth.
/// </summary>
internal sealed class BatchWriter(NpgsqlConnection connection, SourceState source, Labels labels, TimeProvider time)
{
    /// <summary>Some 15 MB; at 20,000 events a second, the tasks of the last four seconds.</summary>
    private const int CachedTasks = 20_000;

    private readonly FoldCache _folds = new(CachedTasks);
    private readonly ArrayBufferWriter<byte> _body = new(1024 * 1024);
    private DateOnly _partitionsUpTo = DateOnly.MinValue;

    /// <summary>The source as the last commit left it.</summary>
    public SourceState Source { get; private set; } = source;

    /// <returns>When it was recorded.</returns>
    public async Task<DateTime> Write(Batch batch, CancellationToken ct)
    {
        var recordedAt = time.GetUtcNow().UtcDateTime;
        await EnsurePartitions(DateOnly.FromDateTime(recordedAt), ct);
        if (labels.Trim())
            _folds.Clear(); // their stamps name hosts that must have a number when they are written
        await labels.Intern(Texts(batch.Events), ct);
        var changed = await FoldTasks(batch.Events, ct);
        var workers = FoldWorkers(batch.Events);

        var next = Source with
        {
            Epoch = batch.Epoch,
            LastOffset = batch.LastOffset,
            LastDigest = batch.LastDigest(),
            NextPosition = Source.NextPosition + batch.Events.Count,
            Chain = batch.Events.Count == 0 ? Source.Chain : SegmentWriter.Chain(Source.Chain, batch.Events),
        };
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await using (var commands = new NpgsqlBatch(connection, transaction))
        {
            commands.BatchCommands.Add(Source.AdvanceTo(next));
            foreach (var gap in batch.Gaps)
                commands.BatchCommands.Add(EventLog.Gap(Source, recordedAt, gap));
            if (batch.Events.Count > 0)
            {
                _body.ResetWrittenCount();
                SegmentWriter.Body(batch.Events, _body);
                commands.BatchCommands.Add(EventLog.Segment(Source, next, batch.FirstOffset, recordedAt, batch.Events, _body.WrittenMemory, labels));
            }
            foreach (var message in batch.Rejected)
                commands.BatchCommands.Add(EventLog.Rejected(next, recordedAt, message));
            foreach (var command in TaskTable.Write(Source.Id, changed, labels))
                commands.BatchCommands.Add(command);
            foreach (var command in WorkerTable.Write(Source.Id, workers, recordedAt, labels))
                commands.BatchCommands.Add(command);
            await commands.ExecuteNonQueryAsync(ct);
        }
        await transaction.CommitAsync(ct);

        Source = next;
        foreach (var fold in changed)
            fold.Written();
        _folds.Trim();
        return recordedAt;
    }

    private async Task EnsurePartitions(DateOnly today, CancellationToken ct)
    {
        if (today < _partitionsUpTo)
            return;
        await EventLog.EnsurePartitions(connection, today, ct);
        _partitionsUpTo = today.AddDays(1);
    }

    // Everything of this batch that is stored as a number
    private static IEnumerable<string> Texts(List<CeleryEvent> events)
    {
        foreach (var e in events)
        {
            yield return e.Type;
            if (e.Kind.IsTask() || e.Hostname is not null)
                yield return e.Hostname ?? "";
            if (e.Kind is not (EventKind.TaskSent or EventKind.TaskReceived))
                continue;
            if (e.Name is not null)
                yield return e.Name;
            if (e.Queue is not null)
                yield return e.Queue;
            if (e.Exchange is not null)
                yield return e.Exchange;
            if (e.RoutingKey is not null)
                yield return e.RoutingKey;
        }
    }

    private async Task<HashSet<TaskFold>> FoldTasks(List<CeleryEvent> events, CancellationToken ct)
    {
        var unknown = new HashSet<Guid>();
        foreach (var e in events)
        {
            if (e.Kind.IsTask() && e.TaskId is { } id && _folds.Find(id.Key) is null)
                unknown.Add(id.Key);
        }
        if (unknown.Count > 0)
        {
            foreach (var fold in await TaskTable.Load(connection, [.. unknown], labels, ct))
                _folds.Add(fold);
        }

        var changed = new HashSet<TaskFold>();
        for (var i = 0; i < events.Count; i++)
        {
            var e = events[i];
            if (!e.Kind.IsTask() || e.TaskId is not { } id)
                continue;
            var fold = _folds.Find(id.Key);
            if (fold is null)
                _folds.Add(fold = new TaskFold(id));
            fold.Apply(e, Source.NextPosition + i);
            changed.Add(fold);
        }
        return changed;
    }

    private static Dictionary<string, WorkerFold>.ValueCollection FoldWorkers(List<CeleryEvent> events)
    {
        var workers = new Dictionary<string, WorkerFold>(StringComparer.Ordinal);
        foreach (var e in events)
        {
            if (e.Hostname is null || e.At is null || !e.Kind.IsFromWorker())
                continue;
            if (!workers.TryGetValue(e.Hostname, out var worker))
                workers.Add(e.Hostname, worker = new WorkerFold(e.Hostname));
            worker.Apply(e);
        }
        return workers.Values;
    }
}
