namespace EventHistory.Core.Watching;

/// <summary>When a task counts as stuck.</summary>
/// <param name="NeverReceived">After it was sent, or after its ETA.</param>
/// <param name="Prefetched">After it was received.</param>
/// <param name="EtaOverdue">After the ETA of a task that its worker holds.</param>
/// <param name="Retry">After it was to be tried again.</param>
/// <param name="Running">At least so long, for it to run too long.</param>
/// <param name="Factor">Of the 99th percentile of its kind.</param>
public sealed record StuckLimits(TimeSpan NeverReceived, TimeSpan Prefetched, TimeSpan EtaOverdue, TimeSpan Retry, TimeSpan Running, double Factor);

/// <summary>How long tasks of one name took lately: their 99th percentiles in seconds; null: too few are known.</summary>
public sealed record UsualTimes(double? Wait, double? Run)
{
    /// <summary>Fewer tell nothing about the slowest of a hundred.</summary>
    public const int Enough = 100;

    public static readonly UsualTimes Unknown = new(null, null);
}

/// <param name="Since">From when on it is late; nothing is wrong with what came before.</param>
public sealed record StuckTask(string Kind, DateTime Since);

/// <summary>Tells which of the open tasks are stuck, and how.</summary>
public static class StuckRules
{
    /// <param name="worker">Of the task; null: unknown.</param>
    /// <param name="recordedTo">All that was sent before this is recorded: what is not there by then has not happened.</param>
    /// <returns>Null: it is not stuck, as far as one can tell.</returns>
    public static StuckTask? Judge(OpenTask task, WorkerSign? worker, UsualTimes usual, StuckLimits limits, DateTime recordedTo) => task.State switch
    {
        "PENDING" => After(StuckKind.NeverReceived, Later(task.Sent ?? task.StateAt, task.Eta) + limits.NeverReceived, recordedTo),
        "RECEIVED" when task.Eta is { } eta && eta > (task.Received ?? task.StateAt) => After(StuckKind.EtaOverdue, eta + limits.EtaOverdue, recordedTo),
        "RECEIVED" => After(StuckKind.Prefetched, (task.Received ?? task.StateAt) + AtLeast(limits.Prefetched, usual.Wait * limits.Factor), recordedTo),
        "STARTED" => Running(task, worker, usual, limits, recordedTo),
        "RETRY" => After(StuckKind.RetryNeverCame, Later(task.Retried ?? task.StateAt, task.Eta) + limits.Retry, recordedTo),
        _ => null,
    };

    private static StuckTask? Running(OpenTask task, WorkerSign? worker, UsualTimes usual, StuckLimits limits, DateTime recordedTo)
    {
        var started = task.Started ?? task.StateAt;
        if (worker?.GoneSince(started, task.WorkerPid, task.Clock, recordedTo) is { } gone)
            return new(StuckKind.SilentWorker, gone);
        return usual.Run is { } run ? After(StuckKind.RunningLong, started + AtLeast(limits.Running, run * limits.Factor), recordedTo) : null;
    }

    private static StuckTask? After(string kind, DateTime late, DateTime recordedTo) => recordedTo > late ? new(kind, late) : null;

    private static DateTime Later(DateTime at, DateTime? eta) => eta > at ? eta.Value : at;

    // far beyond any history, but within what can be added to a time
    private static TimeSpan AtLeast(TimeSpan least, double? seconds) =>
        seconds > least.TotalSeconds ? TimeSpan.FromSeconds(Math.Min(seconds.Value, TimeSpan.FromDays(36500).TotalSeconds)) : least;
}
