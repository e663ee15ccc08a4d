using EventHistory.Core.Tasks;

namespace EventHistory.Core.Rollups;

/// <summary>Finished tasks, counted. All of it is sums: outcomes can be added and taken away in any order, and rollups added up.</summary>
/// <remarks>
/// Numbers may be below zero: a table that was begun when there already were tasks loses one that it never had when such a
/// task changes. That is exact all the same (what is missing is what was before), it must not stop recording, and a
/// rebuild mends it.
/// </remarks>
public sealed class Rollup
{
    public long Succeeded { get; private set; }
    public long Failed { get; private set; }
    public long Revoked { get; private set; }
    public long Rejected { get; private set; }
    /// <summary>Of all these tasks.</summary>
    public long Retries { get; private set; }
    public Durations Runtime { get; } = new();
    public Durations QueueWait { get; } = new();
    public Durations WorkerWait { get; } = new();

    /// <summary>True if nothing is counted any more: such a rollup has no row.</summary>
    public bool IsEmpty => (Succeeded | Failed | Revoked | Rejected | Retries) == 0 && Runtime.IsEmpty && QueueWait.IsEmpty && WorkerWait.IsEmpty;

    /// <summary>Bytes of memory it takes, about.</summary>
    internal int Size => 512 + Runtime.Histogram.Size + QueueWait.Histogram.Size + WorkerWait.Histogram.Size;

    // what RollupFold remembers of it
    internal long ChangedIn { get; set; }
    internal int CountedSize { get; set; }

    /// <param name="times">1 to count it, −1 to take it away.</param>
    public void Apply(in Outcome outcome, int times) => Apply(new Contribution(outcome), times);

    public void Merge(Rollup other)
    {
        Merge(other.Succeeded, other.Failed, other.Revoked, other.Rejected, other.Retries);
        Runtime.Merge(other.Runtime);
        QueueWait.Merge(other.QueueWait);
        WorkerWait.Merge(other.WorkerWait);
    }

    /// <summary>A stored rollup's counts; its durations are merged one by one.</summary>
    public void Merge(long succeeded, long failed, long revoked, long rejected, long retries)
    {
        Succeeded += succeeded;
        Failed += failed;
        Revoked += revoked;
        Rejected += rejected;
        Retries += retries;
    }

    internal void Apply(in Contribution task, int times)
    {
        Count(task, times);
        Runtime.Add(task.Runtime, times);
        QueueWait.Add(task.QueueWait, times);
        WorkerWait.Add(task.WorkerWait, times);
    }

    /// <summary>Without its durations: how long tasks waited says nothing about why they fail.</summary>
    internal void Count(in Contribution task, int times)
    {
        switch (task.State)
        {
            case TaskStates.Success: Succeeded += times; break;
            case TaskStates.Failure: Failed += times; break;
            case TaskStates.Revoked: Revoked += times; break;
            case TaskStates.Rejected: Rejected += times; break;
            default: throw new ArgumentException($"A task in state {task.State} is not finished.", nameof(task));
        }
        Retries += (long)task.Retries * times;
    }

    /// <summary>An outcome with its durations measured.</summary>
    internal readonly struct Contribution(in Outcome outcome)
    {
        public readonly string State = outcome.State;
        public readonly int Retries = outcome.Retries;
        public readonly Duration Runtime = Duration.Of(outcome.Runtime);
        public readonly Duration QueueWait = Duration.Of(outcome.QueueWait);
        public readonly Duration WorkerWait = Duration.Of(outcome.WorkerWait);
    }
}
