using System.Text.Json;
using System.Text.Json.Nodes;
using EventHistory.Core.Queries;
using EventHistory.Core.Tasks;

namespace EventHistory.Api;

/// <summary>A page of tasks.</summary>
/// <param name="Tasks">In the order that was asked for; of each, only the fields that were asked for.</param>
/// <param name="NextCursor">What to give as <c>cursor</c> for the next page; null at the end.</param>
/// <param name="PreviousCursor">The same for the page before; null at the beginning.</param>
/// <param name="Total">How many match; null: it was not asked for.</param>
internal sealed record TaskListAnswer(IReadOnlyList<TaskView> Tasks, string? NextCursor, string? PreviousCursor, TaskTotal? Total)
{
    public JsonObject With(IReadOnlyList<string> fields, JsonSerializerOptions options)
    {
        var answer = JsonSerializer.SerializeToNode(this, options)!.AsObject();
        foreach (var task in answer["tasks"]!.AsArray().Select(task => task!.AsObject()))
        {
            foreach (var name in TaskFields.All.Except(fields))
                task.Remove(name);
        }
        return answer;
    }
}

/// <summary>One task, with its story.</summary>
/// <param name="Traceback">Of the latest failure or retry, whole.</param>
/// <param name="Failure">What it has in common with others that failed.</param>
/// <param name="RuntimeRank">How its runtime compares with others of its name; null if it did not succeed.</param>
/// <param name="Attempts">Its tries, in order.</param>
/// <param name="Root">The first task of the workflow.</param>
/// <param name="Parent">The task that sent it.</param>
/// <param name="Children">The tasks it sent, the oldest first; at most 100.</param>
/// <param name="ChildrenComplete">False when there are more children.</param>
/// <param name="Events">In the order they were recorded; at most 1,000.</param>
/// <param name="EventsComplete">False when there are more events; the SQL function <c>eventhistory.task_events</c> has all of them.</param>
internal sealed record TaskAnswer(
    TaskView Task, string? Traceback, TaskFailure? Failure, RuntimeRank? RuntimeRank, IReadOnlyList<AttemptAnswer> Attempts, RelatedTask? Root, RelatedTask? Parent,
    IReadOnlyList<RelatedTask> Children, bool ChildrenComplete, IReadOnlyList<EventAnswer> Events, bool EventsComplete)
{
    public static TaskAnswer Of(TaskDetail detail) => new(detail.Task, detail.Traceback, detail.Failure, detail.RuntimeRank, [.. detail.Attempts.Select(AttemptAnswer.Of)],
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
/// <param name="TaskId">The task it is about; null: about none.</param>
/// <param name="Hostname">The sender's node name.</param>
/// <param name="Body">The event exactly as its sender wrote it.</param>
internal sealed record EventAnswer(long Position, DateTime RecordedAt, DateTime? OccurredAt, string Type, string? TaskId, string? Hostname, RawJson Body)
{
    public static EventAnswer Of(EventView e) => new(e.Position, e.RecordedAt, e.OccurredAt, e.Type, e.TaskId, e.Hostname, new RawJson(e.Body));
}
