namespace EventHistory.Core.Watching;

/// <summary>Why a task counts as stuck.</summary>
public static class StuckKind
{
    /// <summary>It was sent, and no worker has received it.</summary>
    public const string NeverReceived = "never-received";

    /// <summary>A worker took it from the queue and does not start it.</summary>
    public const string Prefetched = "stuck-in-prefetch";

    /// <summary>It was started by a worker process that is silent or gone.</summary>
    public const string SilentWorker = "started-on-silent-worker";

    /// <summary>It runs far longer than nearly all of its kind.</summary>
    public const string RunningLong = "running-too-long";

    /// <summary>It was to be tried again, and was not.</summary>
    public const string RetryNeverCame = "retry-never-came-back";

    /// <summary>Its worker holds it, and its time has passed.</summary>
    public const string EtaOverdue = "eta-overdue";

    public static readonly IReadOnlyList<string> All = [NeverReceived, Prefetched, SilentWorker, RunningLong, RetryNeverCame, EtaOverdue];
}
