using EventHistory.Core.Celery;

namespace EventHistory.Core.Tasks;

/// <summary>
/// (task, event) → task. Keeps the stamps of everything that happened, and for each group of fields the content of the
/// event that counts most in it: the latest one by <see cref="Stamp.CompareTo"/>. Adding the same events in any order,
/// any number of times, gives the same task.
/// </summary>
/// <remarks>
/// A fold lives in the writer's memory between batches, and its texts do not: after <see cref="Written"/> only the
/// stamps remain, and a content is set again only when an event outranks what the row already shows.
/// </remarks>
public sealed class TaskFold(TaskId id)
{
    /// <summary>So many positions are remembered one by one; a longer story is found by its range.</summary>
    public const int MaxPositions = 256;

    private readonly List<long> _positions = new(4);

    public TaskId Id { get; } = id;
    public StampSet Stamps { get; } = new();
    /// <summary>The earliest time any event of this task bears: what lists are ordered by.</summary>
    public DateTime FirstAt { get; private set; } = DateTime.MaxValue;
    public int Retries { get; private set; }
    /// <summary>Events in the log that speak of this task, repeated ones included.</summary>
    public int EventCount { get; private set; }
    public IReadOnlyList<long> Positions => _positions;
    public long LastPosition { get; private set; }
    public bool IsStored { get; private set; }

    // Content that this batch brought and the row does not show yet.
    /// <summary>name, args, kwargs, eta, expires, root: of the latest sent or received event that names the task.</summary>
    public CeleryEvent? Definition { get; private set; }
    /// <summary>parent: of the latest sent or received event that does not name the task as its own parent.</summary>
    public CeleryEvent? Lineage { get; private set; }
    /// <summary>queue, exchange, routing key, client: of the latest <c>task-sent</c>.</summary>
    public CeleryEvent? Sent { get; private set; }
    /// <summary>result, runtime: of the latest <c>task-succeeded</c>.</summary>
    public CeleryEvent? Succeeded { get; private set; }
    /// <summary>exception, traceback: of the latest <c>task-failed</c> or <c>task-retried</c>.</summary>
    public CeleryEvent? Error { get; private set; }
    /// <summary>terminated, expired, signal: of the latest <c>task-revoked</c>.</summary>
    public CeleryEvent? Revoked { get; private set; }

    /// <summary>A fold as its row tells it.</summary>
    public static TaskFold Load(TaskId id, IEnumerable<Stamp> stamps, DateTime firstAt, int retries, int eventCount,
        IEnumerable<long> positions, long lastPosition)
    {
        var fold = new TaskFold(id) { FirstAt = firstAt, Retries = retries, EventCount = eventCount, LastPosition = lastPosition, IsStored = true };
        foreach (var stamp in stamps)
            fold.Stamps.Add(stamp);
        if (fold.Stamps.Count == 0)
            fold.FirstAt = DateTime.MaxValue; // no event bore a usable time yet, whatever its row shows instead
        fold._positions.AddRange(positions);
        return fold;
    }

    /// <summary>Takes one event of this task in. An event without a usable time leaves only its position.</summary>
    public void Apply(CeleryEvent e, long position)
    {
        EventCount++;
        LastPosition = position;
        if (_positions.Count < MaxPositions)
            _positions.Add(position);
        if (Stamp.Of(e) is not { } stamp)
            return;
        if (stamp.At < FirstAt)
            FirstAt = stamp.At;
        Retries = Math.Max(Retries, stamp.Retries() ?? 0);
        if (!Stamps.Add(stamp))
            return;
        switch (stamp.Kind)
        {
            case EventKind.TaskSent or EventKind.TaskReceived:
                Definition = DefinesBest(stamp) ? e : Definition;
                Lineage = IsLast(stamp, s => s.TellsParent()) ? e : Lineage;
                Sent = IsLast(stamp, s => s.Kind == EventKind.TaskSent) ? e : Sent;
                break;
            case EventKind.TaskSucceeded:
                Succeeded = IsLast(stamp, s => s.Kind == EventKind.TaskSucceeded) ? e : Succeeded;
                break;
            case EventKind.TaskFailed or EventKind.TaskRetried:
                Error = IsLast(stamp, s => s.Kind is EventKind.TaskFailed or EventKind.TaskRetried) ? e : Error;
                break;
            case EventKind.TaskRevoked:
                Revoked = IsLast(stamp, s => s.Kind == EventKind.TaskRevoked) ? e : Revoked;
                break;
        }
    }

    /// <summary>The row is committed: forget the texts, keep what decides about later events.</summary>
    public void Written()
    {
        IsStored = true;
        Definition = Lineage = Sent = Succeeded = Error = Revoked = null;
    }

    private bool IsLast(Stamp stamp, Func<Stamp, bool> sameGroup) => Stamps.Last(sameGroup) == stamp;

    private bool DefinesBest(Stamp stamp) => stamp ==
        (Stamps.Last(s => s.Kind is EventKind.TaskSent or EventKind.TaskReceived && s.NamesTask())
            ?? Stamps.Last(s => s.Kind is EventKind.TaskSent or EventKind.TaskReceived));
}
