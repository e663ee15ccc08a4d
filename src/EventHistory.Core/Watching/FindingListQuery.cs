using EventHistory.Core.Queries;

namespace EventHistory.Core.Watching;

/// <summary>The query string of a list of findings, understood.</summary>
/// <param name="Kinds">Empty: all.</param>
/// <param name="Open">Null: open ones and resolved ones.</param>
/// <param name="Before">Only smaller ids.</param>
public sealed record FindingListQuery(IReadOnlyList<string> Kinds, bool? Open, long? Before, int Limit)
{
    public const string Kind = "kind";
    public const string State = "state";
    public const string Ahead = "before";
    public const string Count = "limit";

    public const int DefaultLimit = 100;
    public const int MaxLimit = 1000;

    public static readonly IReadOnlyList<string> States = ["open", "resolved", "all"];

    /// <summary>Reads the parameters named above and leaves others alone.</summary>
    /// <param name="kinds">Those there are.</param>
    public static Parsed<FindingListQuery> Parse(IEnumerable<KeyValuePair<string, string>> parameters, IReadOnlyList<string> kinds, DateTime now)
    {
        var given = new GivenParameters(parameters, now);
        var asked = given.Set(Kind, 20);
        foreach (var kind in asked)
            given.OneOf(Kind, kind, kinds);
        var state = given.OneOf(State, given.One(State) ?? States[0], States);
        var query = new FindingListQuery(asked.Count > 0 ? asked : kinds, state switch { "open" => true, "resolved" => false, _ => null },
            given.Position(Ahead, first: 1), given.Count(Count, MaxLimit, DefaultLimit));
        return given.Problem is null ? new(query, null) : new(null, given.Problem);
    }
}
