namespace EventHistory.Core.Coverage;

/// <summary>What a heartbeat said: how many tasks its process had started.</summary>
public readonly record struct WorkerCount(DateTime At, long Processed)
{
    /// <summary>The first and the last of all; ties are broken by the count, never by arrival.</summary>
    public static (WorkerCount First, WorkerCount Last) Merge((WorkerCount First, WorkerCount Last)? known, WorkerCount other) => known is not var (first, last)
        ? (other, other)
        : (other.Rank.CompareTo(first.Rank) < 0 ? other : first, other.Rank.CompareTo(last.Rank) > 0 ? other : last);

    private (DateTime, long) Rank => (At, Processed);
}

/// <summary>What is known of one worker process in a minute, an hour or a day.</summary>
/// <param name="Started">Its <c>task-started</c> events that were recorded, repeated ones once.</param>
/// <param name="First">Its first heartbeat with a count.</param>
/// <param name="Last">Its last heartbeat with a count.</param>
public sealed record WorkerActivity(int Span, DateTime Since, long Started, WorkerCount? First, WorkerCount? Last)
{
    public DateTime Until => Since.AddSeconds(Span);

    public Period Of => new(Since, Until);
}

/// <summary>A worker process: node name and process id.</summary>
/// <param name="Activity">In order, without overlaps; spans without any are left out.</param>
/// <param name="Restarts">When it began anew under the same process id, as in containers, where all are 1.</param>
public sealed record WorkerProcess(string Worker, int Pid, IReadOnlyList<WorkerActivity> Activity, IReadOnlyList<DateTime> Restarts);
