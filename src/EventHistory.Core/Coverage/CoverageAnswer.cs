using EventHistory.Core.Retention;

namespace EventHistory.Core.Coverage;

/// <summary>Whether a stretch of time is recorded whole, and if not, what is missing. Times of events are their senders'.</summary>
/// <param name="Complete">True: all that the broker took is in the log. False: something is missing. Null: it cannot be told, or not yet.</param>
/// <param name="Reason">Why, as a sentence.</param>
/// <param name="Sources">One for each broker that is recorded; at most 100.</param>
public sealed record CoverageAnswer(DateTime From, DateTime To, bool? Complete, string Reason, IReadOnlyList<SourceCoverage> Sources)
{
    /// <summary>Stretches of which tasks were recorded, and pruned since: the policy let them go, so they are not missing. At most 200.</summary>
    public IReadOnlyList<PrunedRange> Pruned { get; init; } = [];

    public static CoverageAnswer Of(Period range, IReadOnlyList<SourceCoverage> sources)
    {
        var decisive = sources.MinBy(s => s.Complete switch { false => 0, null => 1, true => 2 }); // the worst news first
        return decisive is null
            ? new CoverageAnswer(range.From, range.To, false, "Nothing has ever been recorded.", [])
            : new CoverageAnswer(range.From, range.To, decisive.Complete, sources.Count == 1 ? decisive.Reason : $"{decisive.Source}: {decisive.Reason}", sources);
    }
}

/// <summary>The same for one broker.</summary>
public sealed record SourceCoverage
{
    public const int MaxListed = 200;

    public required string Source { get; init; }
    /// <summary>True, false, or null: it cannot be told, or not yet.</summary>
    public required bool? Complete { get; init; }
    /// <summary>Why, as a sentence.</summary>
    public required string Reason { get; init; }
    /// <summary>Where its log begins.</summary>
    public required DateTime? RecordedFrom { get; init; }
    /// <summary>Where its log ends at the moment: what was sent later is on its way, or waits in the stream.</summary>
    public required DateTime? RecordedUpTo { get; init; }
    /// <summary>The parts of the range in which no message is missing; at most 200.</summary>
    public required IReadOnlyList<RecordedPart> Recorded { get; init; }
    /// <summary>What is missing; at most 200.</summary>
    public required IReadOnlyList<MissingPart> Missing { get; init; }
    /// <summary>How many there are in all.</summary>
    public required long MissingTotal { get; init; }
    /// <summary>Messages that the broker dropped before they were read, at most, as far as their number is known.</summary>
    public required long MessagesMissing { get; init; }
    /// <summary>Task starts that the workers counted and the log has not, at least.</summary>
    public required long TaskStartsMissing { get; init; }
    /// <summary>The part of the range that nobody can answer for yet: it waits in the stream, or has not happened.</summary>
    public required PendingPart? NotYetRecorded { get; init; }
    /// <summary>When its recorder was up and down, by its own clock; at most the latest 200.</summary>
    public required IReadOnlyList<RecorderPart> Recorder { get; init; }
    /// <summary>False when there are earlier ones.</summary>
    public required bool RecorderComplete { get; init; }
    /// <summary>The workers' own counts against the log, the worst first; at most 200.</summary>
    public required IReadOnlyList<WorkerPart> Workers { get; init; }
    /// <summary>False when there are more worker processes than could be compared.</summary>
    public required bool WorkersComplete { get; init; }
}

/// <param name="From">Included.</param>
/// <param name="To">Excluded.</param>
public sealed record RecordedPart(DateTime From, DateTime To);

/// <summary>Something that is not in the log.</summary>
/// <param name="Kind">before-recording, truncated, new-epoch, rejected, task-starts.</param>
/// <param name="From">It was sent after this; null: unknown. It may lie before the range: then some of it may not concern the range.</param>
/// <param name="To">And before this.</param>
/// <param name="Messages">How many messages (of one event or several), at most; null: unknown.</param>
/// <param name="TaskStarts">How many <c>task-started</c> events, at least; null where they were not counted.</param>
/// <param name="Worker">Whose, where it is known.</param>
/// <param name="Pid">Of that worker's process.</param>
public sealed record MissingPart(
    string Kind, DateTime? From, DateTime To, long? Messages, long? TaskStarts, string? Worker, int? Pid, string Reason)
{
    public const string BeforeRecording = "before-recording";
    public const string Rejected = "rejected";
    public const string TaskStartsKind = "task-starts";
}

/// <summary>What was not recorded yet, and why.</summary>
public sealed record PendingPart(DateTime From, DateTime To, string Reason);

/// <summary>A stretch of time in which a recorder ran, or none did.</summary>
/// <param name="Up">Whether one ran.</param>
/// <param name="To">Null while it lasts.</param>
/// <param name="Host">The machine that ran it.</param>
/// <param name="Pid">The process that ran it.</param>
/// <param name="Reason">Why none ran, and what became of the events of that time.</param>
public sealed record RecorderPart(bool Up, DateTime From, DateTime? To, string? Host, int? Pid, string? Reason);

/// <summary>A worker's own count of tasks started against the <c>task-started</c> events in the log.</summary>
/// <param name="Verdict">agrees, misses, silent (no task events at all), ambiguous (several processes share a name), unchecked (no counts).</param>
/// <param name="Counted">By the growth of <c>processed</c> in its heartbeats.</param>
/// <param name="Seen">In the log.</param>
/// <param name="MissingAtLeast">What both prove; not their difference, as some were started outside of two heartbeats.</param>
public sealed record WorkerPart(
    string Worker, int Pid, DateTime From, DateTime To, string Verdict, long Counted, long Seen, long MissingAtLeast);
