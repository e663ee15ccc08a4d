using EventHistory.Core.Celery;
using EventHistory.Core.Failures;
using EventHistory.Core.Log;
using EventHistory.Core.Retention;
using EventHistory.Core.Tasks;
using EventHistory.Core.Workers;
using EventHistory.Store;
using Npgsql;

namespace EventHistory.Projections;

/// <summary>
/// Events → rows of all read models of a source. Recording and rebuilding fold by this one: the tables are those of the session's
/// <c>search_path</c>. Fold what is to be written together, take the <see cref="Changes"/>, <see cref="ReadModelChanges.Write"/> them, and
/// say that they are <see cref="Committed"/>; the next events may be folded before that.
/// </summary>
/// <param name="lookups">Reads rows; not the connection that writes, which may be busy.</param>
/// <param name="log">Reads events again, of tasks that were finished.</param>
/// <param name="pruned">Tasks that have no row though the log has events of them; null: none.</param>
internal sealed class ReadModels(NpgsqlConnection lookups, LogReader log, int sourceId, Labels labels, RecordedTasks recorded, PrunedTasks? pruned = null)
{
    private readonly TaskProjection _tasks = new(lookups, log, sourceId, labels, recorded, pruned);
    private readonly EventPool _pool = new(); // of events that are read again
    private readonly RollupTable _rollups = new(sourceId);
    private readonly HashSet<string> _newTexts = new(StringComparer.Ordinal);
    private Dictionary<string, WorkerFold> _workers = new(StringComparer.Ordinal);
    private Dictionary<string, FailureGroupFold> _failures = new(StringComparer.Ordinal);

    /// <summary>True if rows do not show everything that was folded.</summary>
    public bool IsBehind => _tasks.IsBehind;

    /// <summary>True if it remembers more names than it should: somebody makes them up. New ones know none.</summary>
    public bool IsOvergrown => labels.IsOvergrown;

    /// <param name="positions">Of the events.</param>
    /// <param name="again">They were folded before, and all but task rows shows them.</param>
    public async Task Fold(List<CeleryEvent> events, EventPositions positions, DateTime recordedAt, CancellationToken ct, bool again = false)
    {
        var failures = Failures(events);
        await labels.Intern(NewTexts(events, failures), ct);
        await _tasks.Load(events, ct);
        _tasks.Apply(events, positions, recordedAt);
        if (again)
            return;
        FoldWorkers(events, recordedAt);
        FoldFailures(failures);
    }

    /// <summary>Folds a segment of the log, as far as it is new to the reader. Folds keep slices of its body.</summary>
    public async Task Fold(LogSegment segment, CancellationToken ct, bool again = false)
    {
        var events = _pool.List();
        EventDecoder.Decode(segment.Body, events, _pool);
        await Fold(segment, events, ct, again);
        _pool.Return(events);
    }

    /// <param name="events">All that the segment holds.</param>
    public async Task Fold(LogSegment segment, List<CeleryEvent> events, CancellationToken ct, bool again = false)
    {
        foreach (var part in segment.NewEvents())
            await Fold(events.GetRange(part.Index, part.Count), part.Positions, part.RecordedAt, ct, again);
    }

    /// <summary>The rows to write now.</summary>
    /// <param name="all">Every row that lags behind; else those of finished tasks and those that have lagged for long.</param>
    /// <param name="nextPosition">Behind the last event that was folded.</param>
    public async Task<ReadModelChanges> Changes(bool all, long nextPosition, CancellationToken ct)
    {
        var tasks = _tasks.Changes(all, nextPosition);
        await _rollups.Prepare(lookups, tasks.Outcomes, ct);
        List<NpgsqlBatchCommand> leaving = [.. TaskTable.Leave(sourceId, tasks.Left)];
        List<NpgsqlBatchCommand> commands =
        [
            .. leaving, .. _rollups.Write(), .. WorkerTable.Write(sourceId, _workers.Values, labels),
            .. WorkerActivityTable.Started(tasks.Starts, labels), .. WorkerActivityTable.Counted(_workers.Values, labels),
            .. FailureTable.Write(sourceId, _failures.Values, labels),
        ];
        _workers = new(StringComparer.Ordinal);
        _failures = new(StringComparer.Ordinal);
        return new ReadModelChanges(commands, leaving, tasks);
    }

    /// <summary>The changes are in the database. Called in their order, and not while events are being folded.</summary>
    public void Committed(ReadModelChanges changes)
    {
        _tasks.Committed(changes.Tasks);
        _rollups.Committed();
    }

    // Everything of these events that is stored as a number and has none yet
    private HashSet<string> NewTexts(List<CeleryEvent> events, List<(CeleryEvent Event, FailureKind Kind)> failures)
    {
        _newTexts.Clear();
        foreach (var (_, kind) in failures)
            Note(kind.Fingerprint);
        foreach (var e in events)
        {
            Note(e.Type);
            if (e.Kind.IsTask() || e.Hostname is not null)
                Note(e.Hostname ?? "");
            if (e.Kind is EventKind.TaskFailed or EventKind.TaskRetried)
                Note(Traceback.Of(e.Traceback).Frames);
            if (e.Kind is not (EventKind.TaskSent or EventKind.TaskReceived))
                continue;
            Note(e.Name);
            Note(e.Queue);
            Note(e.Exchange);
            Note(e.RoutingKey);
        }
        return _newTexts;

        void Note(string? text)
        {
            if (text is not null && !labels.Knows(text))
                _newTexts.Add(text);
        }
    }

    // Those with a stamp: no other changes what is known of a task
    private static List<(CeleryEvent Event, FailureKind Kind)> Failures(List<CeleryEvent> events)
    {
        var failures = new List<(CeleryEvent, FailureKind)>();
        foreach (var e in events)
        {
            if (e.Kind is EventKind.TaskFailed or EventKind.TaskRetried && e is { At: not null, TaskId: not null })
                failures.Add((e, FailureKind.Of(e.Exception, e.Traceback)));
        }
        return failures;
    }

    private void FoldFailures(List<(CeleryEvent Event, FailureKind Kind)> failures)
    {
        foreach (var (e, kind) in failures)
        {
            if (!_failures.TryGetValue(kind.Fingerprint, out var group))
                _failures.Add(kind.Fingerprint, group = new FailureGroupFold(kind));
            group.Apply(e);
        }
    }

    private void FoldWorkers(List<CeleryEvent> events, DateTime recordedAt)
    {
        WorkerFold? worker = null;
        foreach (var e in events)
        {
            if (e.Hostname is null || e.At is null || !e.Kind.IsFromWorker())
                continue;
            if (!ReferenceEquals(worker?.Hostname, e.Hostname) && !_workers.TryGetValue(e.Hostname, out worker))
                _workers.Add(e.Hostname, worker = new WorkerFold(e.Hostname));
            worker!.Apply(e, recordedAt);
        }
    }
}

/// <summary>What one transaction writes of the read models.</summary>
/// <param name="Commands">All but the task rows.</param>
/// <param name="Leaving">Those of them that take away the rows which are written anew.</param>
internal sealed record ReadModelChanges(IReadOnlyList<NpgsqlBatchCommand> Commands, IReadOnlyList<NpgsqlBatchCommand> Leaving, TaskChanges Tasks)
{
    /// <summary>Rows show every event before this position.</summary>
    public long Reflected => Tasks.Reflected;

    /// <summary>Writes them in the session's open transaction, behind other commands.</summary>
    /// <exception cref="InvalidDataException">A row that was remembered is not there any more: it was pruned or erased, and what its writer knows of it is outdated.</exception>
    public async Task Write(NpgsqlConnection session, NpgsqlTransaction transaction, IEnumerable<NpgsqlBatchCommand> before, CancellationToken ct)
    {
        await using (var batch = new NpgsqlBatch(session, transaction))
        {
            foreach (var command in before)
                batch.BatchCommands.Add(command);
            foreach (var command in Commands)
                batch.BatchCommands.Add(command);
            if (batch.BatchCommands.Count > 0)
                await batch.ExecuteNonQueryAsync(ct);
        }
        if (Leaving.Sum(command => command.RecordsAffected) is var left && left != Tasks.Left.Count)
            throw new InvalidDataException($"Of {Tasks.Left.Count} tasks that went on {left} still had their rows: the others were pruned or erased meanwhile, so what is known of them is read again");
        if (Tasks.Rows.Rows > 0)
            await Tasks.Rows.Send(session, TaskTable.CopySql, ct);
    }
}
