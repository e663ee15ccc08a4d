using EventHistory.Core.Celery;

namespace EventHistory.Core.Queries;

/// <summary>Which events of the log are wanted. All conditions must hold; a set of values means any of them.</summary>
public sealed record EventFilter
{
    public IReadOnlyList<string> Types { get; init; } = [];
    public IReadOnlyList<TaskId> Tasks { get; init; } = [];
    /// <summary>Who sent it: a worker's node name, of <c>task-sent</c> the client's.</summary>
    public IReadOnlyList<string> Workers { get; init; } = [];
    /// <summary>Sent at or after this instant, by its sender's clock.</summary>
    public DateTime? From { get; init; }
    /// <summary>Sent before this instant.</summary>
    public DateTime? To { get; init; }

    public bool Matches(CeleryEvent e) =>
        (Types.Count == 0 || Types.Contains(e.Type))
        && (Workers.Count == 0 || Workers.Contains(e.Hostname))
        && (Tasks.Count == 0 || (e.TaskId is { } id && Tasks.Contains(id)))
        && (From is null || e.At >= From)
        && (To is null || e.At < To);
}
