using System.Globalization;
using EventHistory.Core.Celery;

namespace EventHistory.Core.Queries;

/// <summary>The query string of a list of events, understood: which events, between which positions, in which order, how many.</summary>
/// <param name="Source">Null: the only one.</param>
/// <param name="After">Only later positions.</param>
/// <param name="Before">Only earlier positions.</param>
public sealed record EventListQuery(EventFilter Filter, string? Source, long? After, long? Before, bool Ascending, int Limit)
{
    public const string Type = "type";
    public const string Task = "task";
    public const string Worker = "worker";
    public const string From = "from";
    public const string To = "to";
    public const string Only = "source";
    public const string Behind = "after";
    public const string Ahead = "before";
    public const string Order = "order";
    public const string Count = "limit";

    public const int DefaultLimit = 100;
    public const int MaxLimit = 1000;
    /// <summary>Of each set of values.</summary>
    public const int MaxValues = 20;

    private const string OldestFirst = "asc";
    private const string NewestFirst = "desc";

    /// <summary>Reads the parameters named above and leaves others alone. Empty values count as not given, as forms send them.</summary>
    /// <param name="now">UTC; what <c>-2h</c> counts from.</param>
    public static Parsed<EventListQuery> Parse(IEnumerable<KeyValuePair<string, string>> parameters, DateTime now)
    {
        var given = new GivenParameters(parameters, now);
        var filter = Filtered(given) with { From = given.Time(From), To = given.Time(To) };
        var (after, before) = (given.Position(Behind, first: 0), given.Position(Ahead, first: 1));
        var ascending = given.One(Order) switch
        {
            null => after is not null,
            OldestFirst => true,
            NewestFirst => false,
            var order => given.Refuse<bool>($"order \"{order}\" is not known: write {OldestFirst} (by position) or {NewestFirst} (the latest first)."),
        };
        var query = new EventListQuery(filter, Name(given), after, before, ascending, given.Count(Count, MaxLimit, DefaultLimit));
        given.RefuseUnlessBefore(filter.From, filter.To);
        if (after >= before)
            given.Refuse<int>(string.Create(CultureInfo.InvariantCulture, $"No position is after {after} and before {before}."));
        return given.Problem is null ? new(query, null) : new(null, given.Problem);
    }

    /// <summary>The conditions that one event can answer.</summary>
    internal static EventFilter Filtered(GivenParameters given) => new()
    {
        Types = given.Set(Type, MaxValues),
        Tasks = [.. given.Each(Task, MaxValues).Select(TaskId.Parse)],
        Workers = given.Set(Worker, MaxValues),
    };

    internal static string? Name(GivenParameters given) => given.One(Only) is { } name ? JsonText.Storable(name) : null;
}
