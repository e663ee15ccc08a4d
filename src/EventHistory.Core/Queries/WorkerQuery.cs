using EventHistory.Core.Coverage;

namespace EventHistory.Core.Queries;

/// <summary>The query string of a question about one worker, understood: what its series covers.</summary>
public sealed record WorkerQuery(DateTime? From, DateTime? To)
{
    public const string Start = "from";
    public const string End = "to";

    public static readonly TimeSpan DefaultRange = TimeSpan.FromHours(24);

    private const int MaxPoints = 300;

    /// <summary>Reads the parameters named above and leaves others alone. Empty values count as not given, as forms send them.</summary>
    /// <param name="now">UTC; what <c>-2h</c> counts from, and what a range without an end ends with.</param>
    public static Parsed<WorkerQuery> Parse(IEnumerable<KeyValuePair<string, string>> parameters, DateTime now)
    {
        var given = new GivenParameters(parameters, now);
        var (from, to) = (given.Time(Start), given.Time(End));
        to ??= from is null ? null : now;
        given.RefuseUnlessBefore(from, to);
        return given.Problem is null ? new(new WorkerQuery(from, to), null) : new(null, given.Problem);
    }

    /// <param name="lastSeen">By the worker's clock; a series that is not asked for ends there.</param>
    public Period RangeOf(DateTime lastSeen)
    {
        var to = To ?? (lastSeen < DateTime.MaxValue.AddSeconds(-1) ? lastSeen.AddSeconds(1) : lastSeen);
        return new Period(From ?? (to.Ticks > DefaultRange.Ticks ? to - DefaultRange : DateTime.MinValue), to);
    }

    public static TimeSpan BucketOf(Period range) => BucketWidth.Choose(range.From, range.To, MaxPoints);
}
