using System.Text;
using EventHistory.Core.Celery;
using EventHistory.Core.Tasks;

namespace EventHistory.Core.Queries;

/// <summary>A task with everything that is known of it.</summary>
public sealed record TaskDetail
{
    public required TaskView Task { get; init; }
    /// <summary>Of the latest failure or retry.</summary>
    public string? Traceback { get; init; }
    /// <summary>What it has in common with others that failed; null while it is in another state than FAILURE or RETRY.</summary>
    public TaskFailure? Failure { get; init; }
    /// <summary>How its runtime compares with others of its name; null if it did not succeed.</summary>
    public RuntimeRank? RuntimeRank { get; init; }
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

/// <summary>A failure group: <c>/api/v1/failures/{id}</c>.</summary>
public sealed record TaskFailure(string Id, string Title);

/// <summary>
/// A runtime among those of the tasks of the same name that succeeded in its own hour and before: of the <see cref="Hours"/> hours last
/// before it in which any did, within <see cref="Days"/> days. A frequent task is compared with those of its day, a nightly one with those of a month.
/// </summary>
/// <param name="Share">How many of them took no longer, to 1 %: 0.95 says that it was among the slowest twentieth.</param>
/// <param name="Count">How many there are.</param>
/// <param name="From">When the first of these hours began.</param>
/// <param name="To">When the last one ended.</param>
public sealed record RuntimeRank(double Share, long Count, DateTime From, DateTime To)
{
    public const int Hours = 24;
    public const int Days = 30;
}

/// <summary>Another task of the same workflow.</summary>
/// <param name="State">Null when no event of it was recorded.</param>
public sealed record RelatedTask(string Id, string? Name, string? State);

/// <summary>One event of the log.</summary>
/// <param name="Position">Its place in the log; gapless within a source.</param>
/// <param name="RecordedAt">When we stored it.</param>
/// <param name="OccurredAt">The sender's clock; null if it gave none that can be understood.</param>
/// <param name="TaskId">The task it is about; null: about none.</param>
/// <param name="Hostname">The sender's node name.</param>
/// <param name="Body">The event verbatim: its own JSON text.</param>
public sealed record EventView(long Position, DateTime RecordedAt, DateTime? OccurredAt, string Type, string? TaskId, string? Hostname, string Body)
{
    /// <param name="e">Its JSON is copied: the memory may be used again.</param>
    public static EventView Of(long position, DateTime recordedAt, CeleryEvent e) =>
        new(position, recordedAt, e.At, e.Type, e.TaskId?.ToString(), e.Hostname, Encoding.UTF8.GetString(e.Json.Span));
}
