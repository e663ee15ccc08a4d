using EventHistory.Core.Tasks;

namespace EventHistory.Core.Queries;

/// <summary>A task with everything that is known of it.</summary>
public sealed record TaskDetail
{
    public required TaskView Task { get; init; }
    /// <summary>Of the latest failure or retry.</summary>
    public string? Traceback { get; init; }
    /// <summary>Its tries, in order; those that left no trace are not there.</summary>
    public required IReadOnlyList<Attempt> Attempts { get; init; }
    /// <summary>The first task of the workflow; null if unknown.</summary>
    public RelatedTask? Root { get; init; }
    /// <summary>The task that sent it; null if unknown, or if there is none.</summary>
    public RelatedTask? Parent { get; init; }
    /// <summary>The tasks it sent, the oldest first; at most <see cref="MaxChildren"/>.</summary>
    public required IReadOnlyList<RelatedTask> Children { get; init; }
    /// <summary>False when there are more.</summary>
    public bool ChildrenComplete { get; init; }
    /// <summary>In the order they were recorded.</summary>
    public required IReadOnlyList<EventView> Events { get; init; }
    /// <summary>False when it has more events than are listed here; <c>eventhistory.task_events</c> in SQL has all.</summary>
    public bool EventsComplete { get; init; }

    public const int MaxChildren = 100;
    public const int MaxEvents = 1000;
}

/// <summary>Another task of the same workflow.</summary>
/// <param name="State">Null when no event of it was recorded.</param>
public sealed record RelatedTask(string Id, string? Name, string? State);

/// <summary>One event of the log.</summary>
/// <param name="Position">Its place in the log; gapless within a source.</param>
/// <param name="RecordedAt">When we stored it.</param>
/// <param name="OccurredAt">The sender's clock; null if it gave none that can be understood.</param>
/// <param name="Hostname">The sender's node name.</param>
/// <param name="Body">The event verbatim: its own JSON text.</param>
public sealed record EventView(long Position, DateTime RecordedAt, DateTime? OccurredAt, string Type, string? Hostname, string Body);
