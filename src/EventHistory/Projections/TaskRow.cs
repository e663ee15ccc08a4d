using EventHistory.Core.Celery;
using EventHistory.Core.Failures;
using EventHistory.Core.Rollups;
using EventHistory.Core.Tasks;
using EventHistory.Store;

namespace EventHistory.Projections;

/// <summary>A task's fold as its row shows it.</summary>
internal readonly struct TaskRow(TaskFold fold)
{
    /// <summary>The <c>settled</c> of an open task's row.</summary>
    public static readonly DateTime Open = DateTime.MaxValue;

    private readonly Attempt? _last = TaskStory.Deciding(fold.Stamps);

    public TaskFold Fold { get; } = fold;

    public string State => _last?.State ?? TaskStates.Pending;

    public DateTime StateAt => _last?.StateAt ?? FirstSeen;

    public bool IsFinal => TaskStates.IsFinal(State);

    /// <summary>Which partition it lies in.</summary>
    public DateTime Settled => IsFinal ? Fold.RecordedAt : Open;

    /// <summary>A task all of whose events lack a usable time sorts to the very end.</summary>
    public DateTime FirstSeen => Fold.FirstAt == DateTime.MaxValue ? DateTime.UnixEpoch : Fold.FirstAt;

    public long Clock => _last?.Clock ?? 0;

    public string? Worker => _last?.Worker;

    public int? WorkerPid => _last?.Pid;

    public double? QueueWait => _last?.QueueWait?.TotalSeconds;

    public double? WorkerWait => _last?.WorkerWait?.TotalSeconds;

    /// <summary>True if it was tried once, and what is known of that is what the row says.</summary>
    public bool TellsItsOnlyAttempt => Fold.Retries == 0 && _last is { } only
        && (only.Sent, only.Received, only.Started) == (Latest(EventKind.TaskSent), Latest(EventKind.TaskReceived), Latest(EventKind.TaskStarted));

    /// <summary>What it has in common with others that failed; null while it is in another state than FAILURE or RETRY.</summary>
    public FailureKind? Failure =>
        State is TaskStates.Failure or TaskStates.Retry && Fold.Stamps.Last(stamp => stamp.Kind is EventKind.TaskFailed or EventKind.TaskRetried) is not null
            ? Fold.Content.Failure
            : null;

    /// <summary>What it counts for in rollups; null while it is open.</summary>
    public Outcome? Outcome(Labels labels) => IsFinal
        ? new(StateAt, labels.Find(Fold.Content.Name), labels.Find(Worker), labels.Find(Fold.Content.Queue), State, Fold.Retries,
            Fold.Content.Runtime, QueueWait, WorkerWait, labels.Find(Failure?.Fingerprint))
        : null;

    /// <summary>The latest event of a kind, in any attempt: what Flower calls <c>received</c>, <c>started</c>, …</summary>
    public DateTime? Latest(EventKind kind) => Fold.Stamps.Last(kind)?.At;
}
