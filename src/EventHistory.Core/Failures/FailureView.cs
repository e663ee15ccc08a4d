namespace EventHistory.Core.Failures;

/// <summary>One failure group as answers show it. Times are UTC, by the workers' clocks.</summary>
public sealed record FailureView
{
    /// <summary>The digest of its fingerprint: the same in every database.</summary>
    public required string Id { get; init; }
    public required string Title { get; init; }
    /// <summary>With its module where the traceback tells it.</summary>
    public string? ExceptionType { get; init; }
    /// <summary>The innermost place of the application's own code; null if the traceback has none.</summary>
    public string? Culprit { get; init; }
    /// <summary>open, resolved, ignored, or regressed: it was resolved and failed again.</summary>
    public required string State { get; init; }
    /// <summary>The earliest failure or retry of all that was recorded, whatever the range.</summary>
    public DateTime FirstSeen { get; init; }
    public DateTime LastSeen { get; init; }
    /// <summary>Null: such tasks were tried again each time.</summary>
    public DateTime? LastFailed { get; init; }
    /// <summary>Tasks that ended as FAILURE in the range.</summary>
    public long Failed { get; init; }
    /// <summary>The same by bucket, from the one in which the range begins.</summary>
    public required IReadOnlyList<long> Sparkline { get; init; }
    /// <summary>The names of these tasks, the most frequent first; at most <see cref="MaxNames"/>.</summary>
    public required IReadOnlyList<FailedName> Names { get; init; }
    /// <summary>How many names there are.</summary>
    public int NameCount { get; init; }
    public required FailureSampleView Sample { get; init; }
    /// <summary>The last decision about it; null: none.</summary>
    public FailureDecision? Decision { get; init; }

    public const int MaxNames = 10;
}

/// <param name="Name">Null: unknown.</param>
public sealed record FailedName(string? Name, long Failed);

/// <summary>The latest failure of a group, or the latest retry if there is no failure.</summary>
/// <param name="Exception">Cut at 500 characters.</param>
public sealed record FailureSampleView(string TaskId, DateTime At, string? Exception);

/// <summary>Failure groups of a range.</summary>
/// <param name="From">What is counted: whole minutes, the first and the last included in full.</param>
/// <param name="Bucket">Width of a bar of the sparklines, in seconds.</param>
/// <param name="BucketsFrom">When the first of them begins.</param>
/// <param name="Total">How many groups match, of which these are the first.</param>
/// <param name="Failed">Failures of all groups that match.</param>
public sealed record FailureList(
    DateTime From, DateTime To, double Bucket, DateTime BucketsFrom, long Total, long Failed, IReadOnlyList<FailureView> Failures);

/// <summary>One failure group.</summary>
/// <param name="Fingerprint">What makes it a group: version, type, and places or the shape of the message, a line each.</param>
/// <param name="Decisions">The latest first; at most <see cref="MaxDecisions"/>.</param>
public sealed record FailureDetail(
    DateTime From, DateTime To, double Bucket, DateTime BucketsFrom, FailureView Failure, string Fingerprint, IReadOnlyList<FailureDecision> Decisions)
{
    public const int MaxDecisions = 100;
}
