using EventHistory.Core.Celery;
using EventHistory.Core.Search;

namespace EventHistory.Core.Queries;

/// <summary>The query string of a stream of events, understood: which events, and from where on.</summary>
/// <param name="Condition">What must hold of the event and the name of its task besides.</param>
/// <param name="Source">Null: the only one.</param>
/// <param name="After">The last position that was seen; null: only what is recorded from now on.</param>
public sealed record LiveQuery(EventFilter Filter, Filter Condition, string? Source, long? After)
{
    public const string Query = "q";
    public const string Name = "name";
    public const string Behind = EventListQuery.Behind;

    /// <summary>True if an event does not tell by itself whether it is wanted: most events of a task do not say its name.</summary>
    public bool NeedsNames { get; } = EventMatch.NeedsName(Condition);

    /// <summary>Reads the parameters of the query string. Empty values count as not given, as forms send them.</summary>
    /// <param name="lastEventId">What a client that comes back says it has seen; it counts more than a parameter of its address.</param>
    /// <param name="now">UTC.</param>
    public static Parsed<LiveQuery> Parse(IEnumerable<KeyValuePair<string, string>> parameters, string? lastEventId, DateTime now)
    {
        var given = new GivenParameters(parameters, now);
        var after = string.IsNullOrEmpty(lastEventId) ? given.Position(Behind, first: 0) : given.Position("Last-Event-ID", lastEventId, first: 0);
        var query = new LiveQuery(EventListQuery.Filtered(given), Asked(given), EventListQuery.Name(given), after);
        return given.Problem is null ? new(query, null) : new(null, given.Problem);
    }

    /// <param name="e">The event.</param>
    /// <param name="name">Of its task; null: unknown, or not asked for.</param>
    public bool Wants(CeleryEvent e, string? name) => Filter.Matches(e) && (Condition.IsEverything || EventMatch.Matches(Condition, e, name));

    private static Filter Asked(GivenParameters given)
    {
        var parts = new List<Filter>();
        if (given.One(Query) is { } text)
        {
            var (filter, problem) = SearchQuery.Parse(text, given.Now);
            if ((problem ?? EventMatch.Problem(filter!)) is { } sentence)
                given.Refuse<Filter>(sentence);
            else
                parts.Add(filter!);
        }
        if (given.Set(Name, EventListQuery.MaxValues) is { Count: > 0 } names)
            parts.Add(TextTerm.Exactly(TextField.Name, names));
        return Search.Filter.AllOf(parts);
    }
}
