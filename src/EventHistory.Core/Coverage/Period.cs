namespace EventHistory.Core.Coverage;

/// <summary>A stretch of time, UTC: includes its start, excludes its end.</summary>
public readonly record struct Period(DateTime From, DateTime To)
{
    public bool IsEmpty => From >= To;

    public TimeSpan Length => To - From;

    public bool Overlaps(Period other) => From < other.To && other.From < To;

    /// <returns>The part that lies in both; empty if there is none.</returns>
    public Period Within(Period bounds) => new(Later(From, bounds.From), Earlier(To, bounds.To));

    /// <summary>What is left of this when the others are taken away, in order.</summary>
    public IEnumerable<Period> Without(IEnumerable<Period> others)
    {
        var from = From;
        foreach (var other in others.OrderBy(o => o.From))
        {
            var before = new Period(from, Earlier(other.From, To));
            if (!before.IsEmpty)
                yield return before;
            from = Later(from, other.To);
        }
        if (from < To)
            yield return new Period(from, To);
    }

    /// <returns>Null if there is none.</returns>
    public static DateTime? Earlier(DateTime? one, DateTime other) => one > other ? other : one;

    public static DateTime Earlier(DateTime one, DateTime other) => one < other ? one : other;

    public static DateTime Later(DateTime one, DateTime other) => one > other ? one : other;
}
