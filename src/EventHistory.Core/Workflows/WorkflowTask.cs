namespace EventHistory.Core.Workflows;

/// <summary>One task of a workflow, with its place in the tree. Times are UTC, durations seconds; null means unknown.</summary>
public sealed record WorkflowTask
{
    public required string Id { get; init; }
    /// <summary>The task that sent it, as its events say; null for the root.</summary>
    public string? ParentId { get; init; }
    /// <summary>0 for the root, 1 for what it sent, and so on.</summary>
    public int Depth { get; init; }
    /// <summary>How many tasks of this workflow it sent.</summary>
    public int Children { get; init; }
    /// <summary>True if it stands beneath the root because its place is unknown: no event of its parent was recorded, or it is its own ancestor.</summary>
    public bool Misplaced { get; init; }
    public string? Name { get; init; }
    public required string State { get; init; }
    /// <summary>When it came into this state.</summary>
    public DateTime? StateAt { get; init; }
    /// <summary>Its earliest sign.</summary>
    public DateTime? FirstSeen { get; init; }
    /// <summary>Of the last attempt; so with the next two.</summary>
    public DateTime? Sent { get; init; }
    public DateTime? Received { get; init; }
    public DateTime? Started { get; init; }
    /// <summary>Seconds the successful run took, measured by the worker.</summary>
    public double? Runtime { get; init; }
    /// <summary>Seconds from sent to received, of the last attempt.</summary>
    public double? QueueWait { get; init; }
    /// <summary>Seconds from received to started, of the last attempt.</summary>
    public double? WorkerWait { get; init; }
    public int Retries { get; init; }
    public string? Worker { get; init; }
    public string? Queue { get; init; }
}
