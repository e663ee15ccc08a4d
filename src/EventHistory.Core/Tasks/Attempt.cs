namespace EventHistory.Core.Tasks;

/// <summary>One try at a task: from its message being sent to its outcome.</summary>
/// <param name="Number">Celery's <c>retries</c>: 0 for the first try.</param>
/// <param name="State">One of <see cref="TaskStates"/>, or an application's own state in capitals.</param>
/// <param name="StateAt">When it came into this state.</param>
/// <param name="Worker">Node name of the worker that had it last; null if no worker was heard.</param>
/// <param name="Clock">Lamport clock of the event that gave the state.</param>
public sealed record Attempt(
    int Number, string State, DateTime StateAt, DateTime? Sent, DateTime? Received, DateTime? Started, DateTime? Ended,
    string? Worker, int? Pid, long Clock)
{
    /// <summary>sent → received: time in the broker. Null if an end is unknown, or the two hosts' clocks contradict each other.</summary>
    public TimeSpan? QueueWait => Wait(Sent, Received);

    /// <summary>received → started: prefetched by the worker, or waiting for its ETA.</summary>
    public TimeSpan? WorkerWait => Wait(Received, Started);

    private static TimeSpan? Wait(DateTime? from, DateTime? to)
    {
        if (to - from is not { } wait)
            return null;
        if (wait >= TimeSpan.Zero)
            return wait;
        return wait > TimeSpan.FromSeconds(-1) ? TimeSpan.Zero : null; // publishers stamp task-sent after publishing
    }
}
