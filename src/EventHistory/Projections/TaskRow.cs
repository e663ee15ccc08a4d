using EventHistory.Core.Celery;
using EventHistory.Core.Tasks;
using EventHistory.Store;

namespace EventHistory.Projections;

/// <summary>A task's fold as its row shows it, without the texts (those are written when an event brings them).</summary>
internal readonly struct TaskRow(TaskFold fold)
{
    private readonly Attempt? _last = TaskStory.Deciding(fold.Stamps);

    public TaskFold Fold { get; } = fold;

    public string State => _last?.State ?? TaskStates.Pending;

    public DateTime StateAt => _last?.StateAt ?? FirstSeen;

    /// <summary>A task all of whose events lack a usable time sorts to the very end.</summary>
    public DateTime FirstSeen => Fold.FirstAt == DateTime.MaxValue ? DateTime.UnixEpoch : Fold.FirstAt;

    public long Clock => _last?.Clock ?? 0;

    public string? Worker => _last?.Worker;

    public int? WorkerPid => _last?.Pid;

    public double? QueueWait => _last?.QueueWait?.TotalSeconds;

    public double? WorkerWait => _last?.WorkerWait?.TotalSeconds;

    /// <summary>The latest event of a kind, in any attempt: what Flower calls <c>received</c>, <c>started</c>, …</summary>
    public DateTime? Latest(EventKind kind) => Fold.Stamps.Last(kind)?.At;

    public byte[] Stamps(Labels labels) => StampCodec.Write(Fold.Stamps, text => labels[text]);
}
