namespace EventHistory.Core.Queries;

/// <summary>One task as answers show it. Times are UTC, durations seconds; null means unknown.</summary>
public sealed record TaskView
{
    public required string Id { get; init; }
    public string? Name { get; init; }
    /// <summary>PENDING, RECEIVED, STARTED, SUCCESS, FAILURE, RETRY, REVOKED, REJECTED, or an application's own.</summary>
    public required string State { get; init; }
    /// <summary>When it came into this state.</summary>
    public DateTime? StateAt { get; init; }
    /// <summary>The earliest sign of this task; lists are ordered by it. Null if none of its events has a usable time.</summary>
    public DateTime? FirstSeen { get; init; }
    public DateTime? Sent { get; init; }
    public DateTime? Received { get; init; }
    public DateTime? Started { get; init; }
    public DateTime? Succeeded { get; init; }
    public DateTime? Failed { get; init; }
    public DateTime? Retried { get; init; }
    public DateTime? Revoked { get; init; }
    public DateTime? Rejected { get; init; }
    /// <summary>
    /// Python repr as the sender gave it; Celery cuts it at about 1,024 characters. In a list, texts of foreign senders
    /// are cut at <see cref="ListedTextLength"/> too.
    /// </summary>
    public string? Args { get; init; }
    public string? Kwargs { get; init; }
    public string? Result { get; init; }
    /// <summary>True if the text is not all there was; so with the next two.</summary>
    public bool ArgsTruncated { get; init; }
    public bool KwargsTruncated { get; init; }
    public bool ResultTruncated { get; init; }
    /// <summary>Of the latest failure or retry.</summary>
    public string? Exception { get; init; }
    /// <summary>Seconds the successful run took, measured by the worker.</summary>
    public double? Runtime { get; init; }
    /// <summary>Seconds from sent to received, of the last attempt.</summary>
    public double? QueueWait { get; init; }
    /// <summary>Seconds from received to started, of the last attempt.</summary>
    public double? WorkerWait { get; init; }
    /// <summary>Celery's count: 0 for the first try.</summary>
    public int Retries { get; init; }
    public string? Eta { get; init; }
    public string? Expires { get; init; }
    public string? Worker { get; init; }
    public int? WorkerPid { get; init; }
    /// <summary>Who sent it (<c>gen1234@host</c>), known if <c>task_send_sent_event</c> is on.</summary>
    public string? Client { get; init; }
    public string? Queue { get; init; }
    public string? Exchange { get; init; }
    public string? RoutingKey { get; init; }
    public string? RootId { get; init; }
    public string? ParentId { get; init; }
    public bool? Terminated { get; init; }
    public bool? Expired { get; init; }
    public string? Signal { get; init; }
    public long Clock { get; init; }
    /// <summary>Events recorded of this task, repeated ones included.</summary>
    public int EventCount { get; init; }

    /// <summary>Longest args, kwargs, result and exception in a list, in characters; one task's own answer has them whole.</summary>
    public const int ListedTextLength = 2000;
}
