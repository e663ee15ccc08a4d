using EventHistory.Store;

namespace EventHistory.Jobs;

/// <summary>The beginning of a run.</summary>
/// <param name="Due">When it should have begun.</param>
/// <param name="Cause">See <see cref="RunCause"/>.</param>
internal sealed record RunStart(string Work, string? Subject, DateTime Due, string Cause);

/// <summary>Why work runs.</summary>
internal static class RunCause
{
    /// <summary>Its time has come.</summary>
    public const string Schedule = "schedule";

    /// <summary>Its time came while nothing ran: it is made up for.</summary>
    public const string Missed = "missed";

    /// <summary>Somebody wanted it.</summary>
    public const string Asked = "asked";

    /// <summary>The run before it did not come to its end.</summary>
    public const string Recovery = "recovery";
}

/// <summary>How a run ended.</summary>
internal static class RunOutcome
{
    public const string Done = "done";

    /// <summary>By a fault; its sentence is in the row.</summary>
    public const string Failed = "failed";

    /// <summary>The process was asked to stop.</summary>
    public const string Cancelled = "cancelled";

    /// <summary>Its process is gone without a word.</summary>
    public const string Lost = "lost";
}

/// <summary>A work's method, its subject known.</summary>
internal delegate Task<WorkDone> WorkCall(Action<WorkProgress> report, CancellationToken ct);
