using EventHistory.Core.Celery;

namespace EventHistory.Core.Tasks;

/// <summary>
/// (task, event) → task. Keeps the stamps of everything that happened, and for each group of fields the content of the
/// event that counts most in it: the latest one by <see cref="Stamp.CompareTo"/>. Adding the same events in any order,
/// any number of times, gives the same task. A fold holds all that its row shows, and is loaded from it again.
/// </summary>
public sealed class TaskFold(TaskId id)
{
    /// <summary>So many positions are remembered one by one; a longer story is found by its range.</summary>
    public const int MaxPositions = 256;

    private readonly List<long> _positions = new(4);
    private List<Stamp>? _newStarts;

    public TaskId Id { get; } = id;
    public StampSet Stamps { get; } = new();
    public TaskContent Content { get; init; } = new();
    /// <summary>The earliest time any event of this task bears: what lists are ordered by.</summary>
    public DateTime FirstAt { get; private set; } = DateTime.MaxValue;
    public int Retries { get; private set; }
    /// <summary>Events in the log that speak of this task, repeated ones included.</summary>
    public int EventCount { get; private set; }
    public IReadOnlyList<long> Positions => _positions;
    public long LastPosition { get; private set; }
    /// <summary>When the event at <see cref="LastPosition"/> was recorded, by our clock; the default value if that is not known.</summary>
    public DateTime RecordedAt { get; private set; }

    /// <summary>Starts that were not known before, since <see cref="Written"/>: a repeated event brings none.</summary>
    public IReadOnlyList<Stamp> NewStarts => _newStarts ?? (IReadOnlyList<Stamp>)[];

    /// <summary>A fold as its row tells it.</summary>
    public static TaskFold Load(TaskId id, TaskContent content, IEnumerable<Stamp> stamps, DateTime firstAt, int retries, int eventCount,
        IEnumerable<long> positions, long lastPosition)
    {
        var fold = new TaskFold(id) { Content = content, FirstAt = firstAt, Retries = retries, EventCount = eventCount, LastPosition = lastPosition };
        foreach (var stamp in stamps)
            fold.Stamps.Add(stamp);
        if (fold.Stamps.Count == 0)
            fold.FirstAt = DateTime.MaxValue; // no event bore a usable time yet, whatever its row shows instead
        fold._positions.AddRange(positions);
        return fold;
    }

    /// <summary>Takes one event of this task in. An event without a usable time leaves only its position.</summary>
    /// <param name="position">Its place in the log. One that the fold has passed is ignored: the log is being read again.</param>
    /// <param name="recordedAt">When it was recorded.</param>
    /// <returns>False if nothing changed.</returns>
    public bool Apply(CeleryEvent e, long position, DateTime recordedAt)
    {
        if (position <= LastPosition)
            return false;
        EventCount++;
        (LastPosition, RecordedAt) = (position, recordedAt);
        if (_positions.Count < MaxPositions)
            _positions.Add(position);
        if (Stamp.Of(e) is { } stamp)
            Apply(e, stamp);
        return true;
    }

    /// <summary>The row is written, or will be in the order of the folds.</summary>
    public void Written() => _newStarts = null;

    private void Apply(CeleryEvent e, Stamp stamp)
    {
        if (stamp.At < FirstAt)
            FirstAt = stamp.At;
        Retries = Math.Max(Retries, stamp.Retries() ?? 0);
        if (!Stamps.Add(stamp))
            return;
        switch (stamp.Kind)
        {
            case EventKind.TaskSent or EventKind.TaskReceived:
                if (DefinesBest(stamp))
                    Content.Define(e);
                if (IsLast(stamp, s => s.TellsParent()))
                    Content.Descend(e);
                if (IsLast(stamp, s => s.Kind == EventKind.TaskSent))
                    Content.Send(e);
                break;
            case EventKind.TaskStarted:
                (_newStarts ??= new(1)).Add(stamp);
                break;
            case EventKind.TaskSucceeded when IsLast(stamp, s => s.Kind == EventKind.TaskSucceeded):
                Content.Succeed(e);
                break;
            case EventKind.TaskFailed or EventKind.TaskRetried when IsLast(stamp, s => s.Kind is EventKind.TaskFailed or EventKind.TaskRetried):
                Content.Fail(e);
                break;
            case EventKind.TaskRevoked when IsLast(stamp, s => s.Kind == EventKind.TaskRevoked):
                Content.Revoke(e);
                break;
        }
    }

    private bool IsLast(Stamp stamp, Func<Stamp, bool> sameGroup) => Stamps.Last(sameGroup) == stamp;

    private bool DefinesBest(Stamp stamp) => stamp ==
        (Stamps.Last(s => s.Kind is EventKind.TaskSent or EventKind.TaskReceived && s.NamesTask())
            ?? Stamps.Last(s => s.Kind is EventKind.TaskSent or EventKind.TaskReceived));
}
