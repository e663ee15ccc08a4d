using EventHistory.Core.Celery;
using EventHistory.Core.Log;
using EventHistory.Core.Retention;
using EventHistory.Core.Tasks;
using EventHistory.Store;
using Npgsql;

namespace EventHistory.Projections;

/// <summary>
/// Events → task rows. Most tasks begin and end within a moment, so a task stays in memory until it is finished, or
/// <see cref="Patience"/> is over, or nobody is in a hurry; what rows do not show yet is in the log, from
/// <see cref="TaskChanges.Reflected"/> on.
/// </summary>
/// <param name="lookups">Reads rows; not the connection that writes, which may be busy.</param>
internal sealed class TaskProjection(NpgsqlConnection lookups, LogReader log, int sourceId, Labels labels, RecordedTasks recorded, PrunedTasks? pruned = null)
{
    /// <summary>So many events later, a task that is still open gets its row all the same.</summary>
    public const int Patience = 30_000;

    /// <summary>Some 25 MB.</summary>
    private const int Remembered = 20_000;

    private readonly TasksInHand _tasks = new(Remembered);
    private readonly HashSet<HeldTask> _touched = [];
    private readonly Queue<(HeldTask Task, long From)> _unwritten = new(); // in the order of positions
    private readonly Stack<TaskChanges> _written = new();
    private long _writes;

    /// <summary>True if rows do not show everything that was folded.</summary>
    public bool IsBehind => _unwritten.Count > 0;

    /// <summary>Brings the tasks that the events speak of into memory, if they have rows.</summary>
    public async Task Load(IReadOnlyList<CeleryEvent> events, CancellationToken ct)
    {
        HashSet<Guid>? unknown = null;
        foreach (var e in events)
        {
            if (e.Kind.IsTask() && e.TaskId is { } id && _tasks.Find(id.Key) is null && recorded.MayContain(id.Key))
                (unknown ??= []).Add(id.Key);
        }
        if (unknown is null)
            return;
        foreach (var (fold, settled) in await TaskTable.Load(lookups, log, sourceId, [.. unknown], labels, ct))
            _tasks.Add(new HeldTask(fold) { Row = settled, Counted = new TaskRow(fold).Outcome(labels) });
    }

    /// <summary>Folds events, which must have been loaded (<see cref="Load"/>).</summary>
    public void Apply(IReadOnlyList<CeleryEvent> events, EventPositions positions, DateTime recordedAt)
    {
        for (var i = 0; i < events.Count; i++)
        {
            var (e, position) = (events[i], positions[i]);
            if (!e.Kind.IsTask() || e.TaskId is not { } id || pruned?.Contains(id.Key, position) == true)
                continue;
            var task = _tasks.Find(id.Key);
            if (task is null)
                _tasks.Add(task = new HeldTask(new TaskFold(id)));
            if (!task.Fold.Apply(e, position, recordedAt))
                continue;
            _touched.Add(task);
            if (task.UnwrittenFrom != 0)
                continue;
            task.UnwrittenFrom = position;
            _unwritten.Enqueue((task, position));
        }
    }

    /// <summary>The rows to write now.</summary>
    /// <param name="all">Every row that lags behind; else those of finished tasks and those that have lagged for long.</param>
    /// <param name="nextPosition">Behind the last event that was folded.</param>
    public TaskChanges Changes(bool all, long nextPosition)
    {
        var changes = _written.TryPop(out var used) ? used : new TaskChanges();
        changes.Write = ++_writes;
        foreach (var task in all ? [] : _touched) // the queue has them all
        {
            var row = new TaskRow(task.Fold);
            if (row.IsFinal)
                Write(changes, task, row);
        }
        while (_unwritten.TryPeek(out var oldest) && (all || oldest.From < nextPosition - Patience || oldest.Task.UnwrittenFrom != oldest.From))
        {
            if (oldest.Task.UnwrittenFrom == oldest.From)
                Write(changes, oldest.Task, new TaskRow(oldest.Task.Fold));
            _unwritten.Dequeue();
        }
        foreach (var task in _touched)
        {
            if (task.UnwrittenFrom != 0)
                task.Fold.Content.Detach(); // it outlives the messages of this batch
        }
        _touched.Clear();
        changes.Reflected = _unwritten.TryPeek(out var first) ? first.From : nextPosition;
        return changes;
    }

    /// <summary>The changes are in the database, and nobody looks at them any more.</summary>
    public void Committed(TaskChanges changes)
    {
        foreach (var task in changes.Written)
        {
            if (task.IsSettled && task.UnwrittenFrom == 0 && task.Write == changes.Write)
                _tasks.Remove(task.Fold.Id.Key); // most never hear of it again
            else
                task.Fold.Content.Detach();
        }
        _tasks.Trim(changes.Write);
        changes.Clear();
        _written.Push(changes);
    }

    private void Write(TaskChanges changes, HeldTask task, TaskRow row)
    {
        if (task.Row is { } old)
            changes.Left.Add((task.Fold.Id.Key, old));
        else
            recorded.Add(task.Fold.Id.Key);
        TaskTable.Add(changes.Rows, sourceId, row, labels);
        changes.Starts.AddRange(task.Fold.NewStarts);
        changes.Written.Add(task);
        var counts = row.Outcome(labels);
        if (counts != task.Counted)
            changes.Outcomes.Add((task.Counted, counts));
        task.Counted = counts;
        task.Fold.Written();
        (task.Row, task.UnwrittenFrom, task.Write) = (row.Settled, 0, changes.Write);
        if (!row.IsFinal)
            task.Fold.Content.Detach();
    }
}
