namespace EventHistory.Core.Celery;

/// <summary>
/// One event as its sender said it. Every field may be missing or of the wrong type on the wire: what could not be
/// understood is null here and still verbatim in the log.
/// </summary>
public sealed class CeleryEvent
{
    /// <summary>The event's own JSON object, byte for byte; a slice of the message it came in.</summary>
    public required ReadOnlyMemory<byte> Json { get; init; }
    public required EventDigest Digest { get; init; }
    /// <summary><c>task-received</c>, <c>worker-heartbeat</c>, … Never empty.</summary>
    public required string Type { get; init; }
    public required EventKind Kind { get; init; }

    /// <summary>The sender's clock, UTC to the microsecond; null if missing or outside 1970…9999. <c>utcoffset</c> is
    /// ignored: the timestamp already is UTC (celery/celery#6213 tells what happens otherwise).</summary>
    public DateTime? At { get; init; }
    public string? Hostname { get; init; }
    public int? Pid { get; init; }
    /// <summary>The sender's Lamport clock.</summary>
    public long? Clock { get; init; }
    public TaskId? TaskId { get; init; }

    // task-sent, task-received
    public string? Name { get; init; }
    public string? Args { get; init; }
    public string? Kwargs { get; init; }
    public string? RootId { get; init; }
    public string? ParentId { get; init; }
    public int? Retries { get; init; }
    public string? Eta { get; init; }
    public string? Expires { get; init; }
    public string? Queue { get; init; }
    public string? Exchange { get; init; }
    public string? RoutingKey { get; init; }

    // how it ended
    public string? Result { get; init; }
    /// <summary>Seconds, measured in the pool child.</summary>
    public double? Runtime { get; init; }
    public string? Exception { get; init; }
    public string? Traceback { get; init; }
    public bool? Terminated { get; init; }
    public bool? Expired { get; init; }
    public string? Signum { get; init; }
    public bool? Requeue { get; init; }

    // worker-*
    /// <summary>Seconds between heartbeats.</summary>
    public double? Freq { get; init; }
    public int? Active { get; init; }
    public long? Processed { get; init; }
    public double[]? LoadAverage { get; init; }
    public string? Software { get; init; }
    public string? SoftwareVersion { get; init; }
    public string? SoftwareSystem { get; init; }

    /// <summary>True if the JSON holds an escape that PostgreSQL's JSON functions cannot read.</summary>
    public bool HasOddEscape { get; init; }
}
