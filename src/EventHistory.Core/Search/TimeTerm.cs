using EventHistory.Core.Coverage;

namespace EventHistory.Core.Search;

/// <summary>Which of a task's times.</summary>
public enum TimeField
{
    /// <summary>The earliest sign of it: what lists are ordered by.</summary>
    FirstSeen,
    Sent,
    Received,
    Started,
    /// <summary>When it came into its state, if that is final.</summary>
    Finished,
}

/// <summary>A time lies in a range.</summary>
/// <param name="From">Included, UTC; null: no such bound. One of the two is there.</param>
/// <param name="To">Excluded, after <paramref name="From"/>.</param>
public sealed record TimeTerm(TimeField Field, DateTime? From, DateTime? To) : Filter
{
    /// <summary>In which a filter's conditions leave a time; without any, from the first instant there is to the last.</summary>
    public static Period Range(Filter filter, TimeField field)
    {
        var times = filter.Conditions.OfType<TimeTerm>().Where(t => t.Field == field).ToList();
        return new Period(times.Max(t => t.From) ?? DateTime.MinValue, times.Min(t => t.To) ?? DateTime.MaxValue);
    }
}
