namespace EventHistory.Core.Coverage;

/// <summary>What is stored about one source that bears on a range.</summary>
public sealed record CoverageFacts
{
    public required string Source { get; init; }

    /// <summary>When the first events that it recorded were sent, or its recorder first ran; null: never.</summary>
    public DateTime? RecordedFrom { get; init; }

    /// <summary>What was sent before this is recorded, unless it is missing; null: nothing yet.</summary>
    public DateTime? RecordedUpTo { get; init; }

    /// <summary>The latest run of its recorder.</summary>
    public RecorderRun? LastRun { get; init; }

    /// <summary>Those that touch the range, in order; and the one before, to tell for how long nobody recorded.</summary>
    public IReadOnlyList<RecorderRun> Runs { get; init; } = [];

    /// <summary>False when there are earlier runs in the range than were read.</summary>
    public bool AllRuns { get; init; } = true;

    /// <summary>Those that touch the range, in order.</summary>
    public IReadOnlyList<RecordedGap> Gaps { get; init; } = [];

    /// <summary>How many there are; more than <see cref="Gaps"/> when not all were read.</summary>
    public long GapCount { get; init; }

    /// <summary>Of all of them, as far as their number is known.</summary>
    public long GapMessages { get; init; }

    public RejectedMessages? Rejected { get; init; }

    /// <summary>Of the worker processes that were heard in the range.</summary>
    public IReadOnlyList<WorkerCheck> Workers { get; init; } = [];

    /// <summary>False when there are more worker processes than were read.</summary>
    public bool AllWorkers { get; init; } = true;
}

/// <summary>One run of a recorder. Times are by the clock of its machine.</summary>
/// <param name="LastAliveAt">Its last sign of life; it gives one with every commit, or else every <see cref="PulseSeconds"/>.</param>
/// <param name="EndedAt">Null: it has not ended, or could not say so.</param>
/// <param name="EndedHow">One of the constants below.</param>
/// <param name="EndedWhy">As a sentence.</param>
public sealed record RecorderRun(
    DateTime StartedAt, DateTime LastAliveAt, DateTime? EndedAt, string? EndedHow, string? EndedWhy, string? Host, int? Pid)
{
    public const int PulseSeconds = 10;

    /// <summary>Somebody asked it to.</summary>
    public const string Stopped = "stopped";
    /// <summary>The broker or the database went away, and it said so.</summary>
    public const string Interrupted = "interrupted";
    /// <summary>It was killed, frozen or cut off, and its successor said so.</summary>
    public const string Vanished = "vanished";
    /// <summary>Recorded by a version that kept no runs: it may have been down meanwhile.</summary>
    public const string Unknown = "unknown";

    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(3 * PulseSeconds);

    /// <summary>When it ended; null while it records.</summary>
    public DateTime? End(DateTime now) => EndedAt ?? (now - LastAliveAt > _patience ? LastAliveAt : null);
}

/// <summary>Messages that the broker had dropped before they were read.</summary>
/// <param name="After">The missing ones were sent after this; null: unknown.</param>
/// <param name="Before">And before this.</param>
/// <param name="Messages">At most so many; null: unknown.</param>
public sealed record RecordedGap(string Kind, DateTime? After, DateTime Before, long? Messages)
{
    /// <summary>The stream reached its bounds (its own, or an operator's policy) before we read it.</summary>
    public const string Truncated = "truncated";
    /// <summary>The stream was deleted and made anew.</summary>
    public const string NewEpoch = "new-epoch";

    public Period Of => new(After ?? DateTime.MinValue, Before);
}

/// <summary>Messages that could not be read; their bytes are kept.</summary>
/// <param name="More">True when there are more than were counted.</param>
public sealed record RejectedMessages(long Count, bool More, DateTime First, DateTime Last);
