using EventHistory.Core.Tasks;

namespace EventHistory.Core.Retention;

/// <summary>
/// What is kept. Each limit is a bound by itself: a task goes as soon as one of them says so, unless it is open, pinned, or of a workflow of
/// which another task stays. Ages are counted from when the last event of a task was recorded, by our clock; null: for ever.
/// </summary>
public sealed record RetentionPolicy
{
    public const long DefaultMaxTasks = 10_000_000;

    /// <summary>The newest so many finished tasks are kept.</summary>
    public long? MaxTasks { get; init; } = DefaultMaxTasks;

    /// <summary>Of the rules the first that is about a task decides how old it may become.</summary>
    public IReadOnlyList<AgeRule> MaxAge { get; init; } = [];

    /// <summary>What log and tasks may take on disk; the oldest days go until that is so.</summary>
    public long? MaxBytes { get; init; }

    /// <summary>Of the minute series of heartbeats, and of heartbeats in the log where it is rewritten anyway.</summary>
    public TimeSpan? WorkerHeartbeats { get; init; }

    public TimeSpan? Rollups { get; init; }

    public TimeSpan? RejectedMessages { get; init; }

    /// <summary>Nothing ever goes.</summary>
    public bool IsEmpty => this is { MaxTasks: null, MaxAge.Count: 0, MaxBytes: null, WorkerHeartbeats: null, Rollups: null, RejectedMessages: null };

    /// <summary>A finished task whose last event was recorded before this time is too old; null: none is.</summary>
    /// <param name="name">Null: unknown.</param>
    /// <param name="now">UTC.</param>
    public DateTime? Before(string state, string? name, DateTime now) => MaxAge.FirstOrDefault(rule => rule.IsAbout(state, name))?.Age is { } age ? now - age : null;

    /// <summary>No finished task that was recorded since can be too old; null: none ever is.</summary>
    public DateTime? LatestBefore(DateTime now) => MaxAge.Min(rule => rule.Age) is { } age ? now - age : null;
}

/// <summary>How old some tasks may become.</summary>
/// <param name="State">One of those a finished task can be in; null: any.</param>
/// <param name="Name">With * for any characters; null: any, also when it is unknown.</param>
/// <param name="Age">Null: for ever.</param>
public sealed record AgeRule(string? State, string? Name, TimeSpan? Age)
{
    public static readonly IReadOnlyList<string> States = [.. TaskStates.All.Where(TaskStates.IsFinal)];

    public bool IsAbout(string state, string? name) => (State is null || State == state) && (Name is null || (name is not null && Matches(Name, name)));

    private static bool Matches(string pattern, string text)
    {
        var pieces = pattern.Split('*');
        if (pieces.Length == 1)
            return pattern == text;
        if (!text.StartsWith(pieces[0], StringComparison.Ordinal))
            return false;
        var at = pieces[0].Length;
        foreach (var piece in pieces[1..^1])
        {
            var found = text.IndexOf(piece, at, StringComparison.Ordinal);
            if (found < 0)
                return false;
            at = found + piece.Length;
        }
        return text.Length - at >= pieces[^1].Length && text.EndsWith(pieces[^1], StringComparison.Ordinal);
    }
}
