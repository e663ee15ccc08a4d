namespace EventHistory.Core.Watching;

/// <summary>Something that was found to be wrong, and what became of it.</summary>
public sealed record FindingView
{
    public const string WorkerSilent = "worker-silent";
    public const string FailureRegressed = "failure-regressed";

    public required long Id { get; init; }

    /// <summary>One of <see cref="StuckKind"/>, or of the two above.</summary>
    public required string Kind { get; init; }

    public required string Source { get; init; }

    /// <summary>From when on it was so: the time from which the task was late, the worker was last heard, the group failed again.</summary>
    public required DateTime Since { get; init; }

    /// <summary>When it was noticed, by our clock.</summary>
    public required DateTime FoundAt { get; init; }

    /// <summary>When it was over, by our clock; null: it is not.</summary>
    public DateTime? ResolvedAt { get; init; }

    /// <summary>How it ended.</summary>
    public string? Resolution { get; init; }

    public string? TaskId { get; init; }

    public string? TaskName { get; init; }

    /// <summary>Of the task, when it was found.</summary>
    public string? TaskState { get; init; }

    /// <summary>The worker that fell silent, or that has the task.</summary>
    public string? Worker { get; init; }

    public string? Queue { get; init; }

    /// <summary>Messages are missing from that time: the task's may be among them.</summary>
    public bool MessagesMissing { get; init; }

    /// <summary>The group's id.</summary>
    public string? FailureGroup { get; init; }

    public string? FailureTitle { get; init; }
}

/// <param name="Open">By kind, how many are open at present, whatever is listed.</param>
public sealed record FindingList(IReadOnlyList<FindingView> Items, IReadOnlyDictionary<string, long> Open);
