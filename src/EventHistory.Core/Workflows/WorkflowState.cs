using EventHistory.Core.Tasks;

namespace EventHistory.Core.Workflows;

/// <summary>What the states of its tasks make of a workflow.</summary>
public static class WorkflowState
{
    /// <summary>No worker has begun with any of its tasks.</summary>
    public const string Waiting = "waiting";
    /// <summary>Something is not finished.</summary>
    public const string Running = "running";
    public const string Succeeded = "succeeded";
    /// <summary>All is finished, and something failed or was rejected.</summary>
    public const string Failed = "failed";
    /// <summary>All is finished, something was revoked, and nothing failed.</summary>
    public const string Revoked = "revoked";

    /// <param name="states">Those that tasks of it are in.</param>
    public static string Of(IReadOnlyCollection<string> states) =>
        states.All(s => s is TaskStates.Pending or TaskStates.Received) ? Waiting
        : !states.All(TaskStates.IsFinal) ? Running
        : states.Any(s => s is TaskStates.Failure or TaskStates.Rejected) ? Failed
        : states.Contains(TaskStates.Revoked) ? Revoked
        : Succeeded;
}
