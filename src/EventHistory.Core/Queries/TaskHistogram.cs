using EventHistory.Core.Search;

namespace EventHistory.Core.Queries;

/// <summary>How many tasks of each state a filter matches, over time.</summary>
/// <param name="From">Where the first bucket begins.</param>
/// <param name="BucketSeconds">How wide a bucket is.</param>
/// <param name="Time">first_seen or finished: which time of a task decides about its bucket.</param>
/// <param name="Basis">rows: every matching task was counted. rollups: finished tasks as rollups count them, and the open ones. newest: only the matching tasks seen last, 50,000 of them.</param>
/// <param name="IsExact">False: the range is about another time or does not begin and end with whole minutes, or not all were counted.</param>
/// <param name="CountedFrom">With basis newest: of tasks before this time there are more than were counted.</param>
/// <param name="Series">One for each state that occurs.</param>
public sealed record TaskHistogram(
    DateTime From, double BucketSeconds, string Time, string Basis, bool IsExact, DateTime? CountedFrom, IReadOnlyList<StateSeries> Series)
{
    /// <summary>So many tasks are read at most: the ones seen last.</summary>
    public const int MaxRows = 50_000;
}

/// <param name="Counts">One for each bucket, the first one first.</param>
public sealed record StateSeries(string State, IReadOnlyList<long> Counts);

/// <summary>The query string of a histogram, understood.</summary>
/// <param name="Bucket">Null: to be chosen.</param>
public sealed record HistogramQuery(Filter Filter, TimeSpan? Bucket)
{
    public const string Width = "bucket";

    /// <summary>So many are chosen at most.</summary>
    public const int ChosenBuckets = 100;

    public const int MaxBuckets = 1000;

    /// <param name="now">UTC; what <c>-2h</c> counts from.</param>
    public static Parsed<HistogramQuery> Parse(IEnumerable<KeyValuePair<string, string>> parameters, DateTime now)
    {
        var given = new GivenParameters(parameters, now);
        var filter = FilterParameters.Read(given);
        var bucket = given.One(Width) is { } text
            ? BucketWidth.Parse(text) ?? given.Refuse<TimeSpan?>($"{Width} \"{text}\" is not a bucket: {BucketWidth.Rule}.")
            : null;
        return given.Problem is null ? new(new HistogramQuery(filter!, bucket), null) : new(null, given.Problem);
    }
}
