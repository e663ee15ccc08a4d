using EventHistory.Core.Celery;

namespace EventHistory.Core.Failures;

/// <summary>
/// (group, failure) → group: what some events tell of one group. Minima, maxima and the last of an order, so that neither order nor
/// repetition matters.
/// </summary>
public sealed class FailureGroupFold(FailureKind kind)
{
    /// <summary>Longest message of a sample, in characters.</summary>
    public const int MaxExceptionLength = 500;

    public FailureKind Kind { get; } = kind;
    /// <summary>The earliest time that a failure or a retry bears, by its worker's clock.</summary>
    public DateTime FirstSeen { get; private set; } = DateTime.MaxValue;
    public DateTime LastSeen { get; private set; } = DateTime.MinValue;
    /// <summary>The latest failure; null: so far such tasks were tried again each time.</summary>
    public DateTime? LastFailed { get; private set; }
    /// <summary>The latest failure; the latest retry if there is none.</summary>
    public FailureSample? Sample { get; private set; }

    /// <param name="e">A <c>task-failed</c> or <c>task-retried</c> with a time and a task, of this kind.</param>
    public void Apply(CeleryEvent e)
    {
        var (at, failed) = (e.At!.Value, e.Kind == EventKind.TaskFailed);
        FirstSeen = at < FirstSeen ? at : FirstSeen;
        LastSeen = at > LastSeen ? at : LastSeen;
        if (failed)
            LastFailed = at > LastFailed ? at : LastFailed ?? at;
        var fingerprint = e.Digest.Fingerprint();
        if (Sample is null || (failed, at, fingerprint).CompareTo((Sample.Failed, Sample.At, Sample.Fingerprint)) > 0)
            Sample = new FailureSample(failed, at, fingerprint, e.TaskId!.Value, Cut(e.Exception.Excerpt(MaxExceptionLength * 4)));
    }

    private static string? Cut(string? text) => text is null || text.Length <= MaxExceptionLength ? text
        : text[..(char.IsHighSurrogate(text[MaxExceptionLength - 2]) ? MaxExceptionLength - 2 : MaxExceptionLength - 1)] + "…";
}

/// <summary>One failure that stands for its group: the latest one, or the latest retry where nothing failed in the end.</summary>
/// <param name="Fingerprint">First bytes of the event's SHA-256: decides between events of the same moment.</param>
public sealed record FailureSample(bool Failed, DateTime At, uint Fingerprint, TaskId Task, string? Exception);
