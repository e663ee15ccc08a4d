using EventHistory.Core.Celery;
using EventHistory.Core.Queries;

namespace EventHistory.Core.Coverage;

/// <summary>The query string of a question about coverage, understood.</summary>
/// <param name="Source">Null: all of them.</param>
public sealed record CoverageQuery(DateTime From, DateTime To, string? Source)
{
    public const string Start = "from";
    public const string End = "to";
    public const string Only = "source";

    public static readonly TimeSpan DefaultRange = TimeSpan.FromHours(24);

    /// <summary>Reads the parameters named above and leaves others alone. Empty values count as not given, as forms send them.</summary>
    /// <param name="now">UTC; what <c>-2h</c> counts from.</param>
    public static Parsed<CoverageQuery> Parse(IEnumerable<KeyValuePair<string, string>> parameters, DateTime now)
    {
        var given = new GivenParameters(parameters, now);
        var to = given.Time(End) ?? now;
        var from = given.Time(Start) ?? (to.Ticks > DefaultRange.Ticks ? to - DefaultRange : DateTime.MinValue);
        var source = given.One(Only) is { } name ? JsonText.Storable(name) : null;
        given.RefuseUnlessBefore(from, to);
        return given.Problem is null ? new(new CoverageQuery(from, to, source), null) : new(null, given.Problem);
    }
}
