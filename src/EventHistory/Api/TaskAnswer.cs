using EventHistory.Core.Queries;
using EventHistory.Core.Tasks;

namespace EventHistory.Api;

/// <summary>A page of tasks.</summary>
/// <param name="Tasks">Newest first.</param>
/// <param name="NextCursor">What to give as <c>cursor</c> for the next page; null at the end.</param>
internal sealed record TaskListAnswer(IReadOnlyList<TaskView> Tasks, string? NextCursor);

/// <summary>One task, with its story.</summary>
/// <param name="Traceback">Of the latest failure or retry, whole.</param>
/// <param name="Attempts">Its tries, in order.</param>
/// <param name="Root">The first task of the workflow.</param>
/// <param name="Parent">The task that sent it.</param>
/// <param name="Children">The tasks it sent, the oldest first; at most 100.</param>
/// <param name="ChildrenComplete">False when there are more children.</param>
/// <param name="Events">In the order they were recorded; at most 1,000.</param>
/// <param name="EventsComplete">False when there are more events; the SQL function <c>eventhistory.task_events</c> has all of them.</param>
internal sealed record TaskAnswer(
    TaskView Task, string? Traceback, IReadOnlyList<AttemptAnswer> Attempts, RelatedTask? Root, RelatedTask? Parent,
    IReadOnlyList<RelatedTask> Children, bool ChildrenComplete, IReadOnlyList<EventAnswer> Events, bool EventsComplete)
{
    public static TaskAnswer Of(TaskDetail detail) => new(detail.Task, detail.Traceback, [.. detail.Attempts.Select(AttemptAnswer.Of)],
        detail.Root, detail.Parent, detail.Children, detail.ChildrenComplete, [.. detail.Events.Select(EventAnswer.Of)], detail.EventsComplete);
}

/// <summary>One try at a task.</summary>
/// <param name="Number">Celery's count of retries: 0 for the first try.</param>
/// <param name="QueueWait">Seconds from sent to received.</param>
/// <param name="WorkerWait">Seconds from received to started.</param>
/// <param name="Ended">When its outcome was known.</param>
internal sealed record AttemptAnswer(
    int Number, string State, DateTime StateAt, DateTime? Sent, DateTime? Received, DateTime? Started, DateTime? Ended,
    double? QueueWait, double? WorkerWait, string? Worker, int? WorkerPid)
{
    public static AttemptAnswer Of(Attempt attempt) => new(attempt.Number, attempt.State, attempt.StateAt, attempt.Sent, attempt.Received,
        attempt.Started, attempt.Ended, attempt.QueueWait?.TotalSeconds, attempt.WorkerWait?.TotalSeconds, attempt.Worker, attempt.Pid);
}

/// <summary>One event of the log.</summary>
/// <param name="Position">Its place in the log.</param>
/// <param name="RecordedAt">When we stored it.</param>
/// <param name="OccurredAt">By the sender's clock; null if it gave no usable time.</param>
/// <param name="Body">The event exactly as its sender wrote it.</param>
internal sealed record EventAnswer(long Position, DateTime RecordedAt, DateTime? OccurredAt, string Type, string? Hostname, RawJson Body)
{
    public static EventAnswer Of(EventView e) => new(e.Position, e.RecordedAt, e.OccurredAt, e.Type, e.Hostname, new RawJson(e.Body));
}
