using EventHistory.Core.Queries;

namespace EventHistory.Core.Failures;

/// <summary>The query string of a list of failure groups, understood.</summary>
/// <param name="Names">Only failures of tasks of these names; none: of all.</param>
/// <param name="States">Only groups in these states; none: in any.</param>
/// <param name="Bucket">How wide a bar of the sparkline is.</param>
public sealed record FailureListQuery(
    IReadOnlyList<string> Names, IReadOnlyList<string> States, DateTime From, DateTime To, TimeSpan Bucket, string Sort, int Limit)
{
    public const string Name = "name";
    public const string State = "state";
    public const string Start = "from";
    public const string End = "to";
    public const string Width = "bucket";
    public const string Order = "sort";
    public const string Count = "limit";

    public const string ByFailed = "failed";
    public const string ByLastSeen = "last_seen";
    public const string ByFirstSeen = "first_seen";

    public const int DefaultLimit = 50;
    public const int MaxLimit = 500;
    public const int DefaultDays = 30;
    public const int ChosenBuckets = 62;
    public const int MaxBuckets = 1000;

    public static readonly IReadOnlyList<string> Orders = [ByFailed, ByLastSeen, ByFirstSeen];

    /// <param name="now">UTC; what <c>-2h</c> counts from.</param>
    public static Parsed<FailureListQuery> Parse(IEnumerable<KeyValuePair<string, string>> parameters, DateTime now)
    {
        var given = new GivenParameters(parameters, now);
        var (from, to) = given.Range(TimeSpan.FromDays(DefaultDays));
        var states = given.Set(State).Select(state => given.OneOf(State, state, FailureDecision.States)!).ToList();
        var query = new FailureListQuery(given.Set(Name), states, from, to, given.Bucket(Width, from, to, ChosenBuckets, MaxBuckets),
            given.One(Order) is { } order ? given.OneOf(Order, order, Orders)! : ByFailed, given.Count(Count, MaxLimit, DefaultLimit));
        return given.Problem is null ? new(query, null) : new(null, given.Problem);
    }
}
