namespace EventHistory.Core.Queries;

/// <summary>One worker (node name) as answers show it. Times are UTC.</summary>
public sealed record WorkerView
{
    public required string Hostname { get; init; }
    /// <summary>online, offline (it said goodbye) or silent (it did not).</summary>
    public required string Status { get; init; }
    public DateTime FirstSeen { get; init; }
    /// <summary>The latest time any of its events bears, by its own clock.</summary>
    public DateTime LastSeen { get; init; }
    /// <summary>When we last recorded an event of it, by our clock.</summary>
    public DateTime LastHeard { get; init; }
    public int? Pid { get; init; }
    /// <summary>Seconds between heartbeats.</summary>
    public double? Freq { get; init; }
    public int? Active { get; init; }
    /// <summary>Tasks started since its process started.</summary>
    public long? Processed { get; init; }
    /// <summary>1, 5 and 15 minutes.</summary>
    public IReadOnlyList<double>? LoadAverage { get; init; }
    public string? Software { get; init; }
    public string? SoftwareVersion { get; init; }
    public string? SoftwareSystem { get; init; }
    /// <summary>Its lives, the newest first; at most 20.</summary>
    public required IReadOnlyList<IncarnationView> Incarnations { get; init; }
}

/// <param name="State">online, offline or silent.</param>
/// <param name="Processed">Tasks it had started by its last heartbeat.</param>
public sealed record IncarnationView(int Pid, DateTime Started, DateTime? LastHeartbeat, DateTime? Ended, string State, long? Processed);

/// <summary>The workers heard most recently.</summary>
/// <param name="Total">How many there are in all.</param>
public sealed record WorkerList(IReadOnlyList<WorkerView> Workers, long Total);
