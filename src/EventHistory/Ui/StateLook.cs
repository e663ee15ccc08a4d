using EventHistory.Core.Celery;
using EventHistory.Core.Tasks;

namespace EventHistory.Ui;

/// <summary>How a state is shown: a word and a shape besides its colour.</summary>
/// <param name="Name">CSS class and icon.</param>
internal sealed record StateLook(string Name, string Word)
{
    public static StateLook Of(string state) => state switch
    {
        TaskStates.Success => new("success", "Success"),
        TaskStates.Failure => new("failure", "Failure"),
        TaskStates.Started => new("started", "Started"),
        TaskStates.Pending => new("pending", "Pending"),
        TaskStates.Received => new("received", "Received"),
        TaskStates.Retry => new("retry", "Retry"),
        TaskStates.Revoked => new("revoked", "Revoked"),
        TaskStates.Rejected => new("rejected", "Rejected"),
        _ => new("custom", state.Length < 2 ? state : state[..1] + state[1..].ToLowerInvariant()),
    };

    /// <summary>The state that an event of this type speaks of.</summary>
    public static StateLook OfEvent(string type) => EventKinds.Of(type) switch
    {
        EventKind.TaskSent => Of(TaskStates.Pending),
        EventKind.TaskReceived => Of(TaskStates.Received),
        EventKind.TaskStarted => Of(TaskStates.Started),
        EventKind.TaskSucceeded => Of(TaskStates.Success),
        EventKind.TaskFailed => Of(TaskStates.Failure),
        EventKind.TaskRetried => Of(TaskStates.Retry),
        EventKind.TaskRevoked => Of(TaskStates.Revoked),
        EventKind.TaskRejected => Of(TaskStates.Rejected),
        _ => new("custom", type),
    };
}
