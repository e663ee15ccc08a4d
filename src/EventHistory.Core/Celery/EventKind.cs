namespace EventHistory.Core.Celery;

/// <summary>What an event says, as far as a fold cares. The numbers are stored (in <c>task.stamps</c>): never renumber.</summary>
public enum EventKind : byte
{
    /// <summary>Neither a task nor a worker event that we fold; kept in the log like all others.</summary>
    Other = 0,
    TaskSent = 1,
    TaskReceived = 2,
    TaskStarted = 3,
    TaskSucceeded = 4,
    TaskFailed = 5,
    TaskRetried = 6,
    TaskRevoked = 7,
    TaskRejected = 8,
    /// <summary><c>task-progress</c>, anything an application made up.</summary>
    TaskCustom = 9,
    /// <summary>The worker stopped it and gives the message back: it lost its broker, or shuts down. Celery 5.1 and later.</summary>
    TaskCancelled = 10,
    WorkerOnline = 20,
    WorkerHeartbeat = 21,
    WorkerOffline = 22,
}

public static class EventKinds
{
    public static EventKind Of(string type) => type switch
    {
        "task-sent" => EventKind.TaskSent,
        "task-received" => EventKind.TaskReceived,
        "task-started" => EventKind.TaskStarted,
        "task-succeeded" => EventKind.TaskSucceeded,
        "task-failed" => EventKind.TaskFailed,
        "task-retried" => EventKind.TaskRetried,
        "task-revoked" => EventKind.TaskRevoked,
        "task-rejected" => EventKind.TaskRejected,
        "task-cancelled" => EventKind.TaskCancelled,
        "worker-online" => EventKind.WorkerOnline,
        "worker-heartbeat" => EventKind.WorkerHeartbeat,
        "worker-offline" => EventKind.WorkerOffline,
        _ when type.StartsWith("task-", StringComparison.Ordinal) && type.Length > 5 => EventKind.TaskCustom,
        _ => EventKind.Other,
    };

    public static bool IsTask(this EventKind kind) => kind is >= EventKind.TaskSent and <= EventKind.TaskCancelled;

    /// <summary>True for events that a worker (not a publishing client) sends: they prove that the worker lives.</summary>
    public static bool IsFromWorker(this EventKind kind) =>
        kind is not (EventKind.Other or EventKind.TaskSent);
}
