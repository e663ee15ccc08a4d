using EventHistory.Core.Celery;
using EventHistory.Core.Queries;

namespace EventHistory.Core.Jobs;

/// <summary>The query string of a list of runs, understood.</summary>
/// <param name="Job">Null: of all.</param>
/// <param name="Outcomes">Empty: all, also those under way.</param>
/// <param name="Before">Only smaller ids.</param>
public sealed record JobRunQuery(string? Job, string? Subject, IReadOnlyList<string> Outcomes, long? Before, int Limit)
{
    public const string Name = "job";
    public const string Of = "subject";
    public const string Outcome = "outcome";
    public const string Ahead = "before";
    public const string Count = "limit";

    public const int DefaultLimit = 50;
    public const int MaxLimit = 500;

    private static readonly string[] _outcomes = ["done", "failed", "cancelled", "lost"];

    /// <summary>Reads the parameters named above and leaves others alone.</summary>
    public static Parsed<JobRunQuery> Parse(IEnumerable<KeyValuePair<string, string>> parameters, DateTime now)
    {
        var given = new GivenParameters(parameters, now);
        var outcomes = given.Set(Outcome, 4);
        foreach (var outcome in outcomes)
            given.OneOf(Outcome, outcome, _outcomes);
        var query = new JobRunQuery(Text(given, Name), Text(given, Of), outcomes, given.Position(Ahead, first: 1), given.Count(Count, MaxLimit, DefaultLimit));
        return given.Problem is null ? new(query, null) : new(null, given.Problem);
    }

    private static string? Text(GivenParameters given, string name) => given.One(name) is { } text ? JsonText.Storable(text) : null;
}
