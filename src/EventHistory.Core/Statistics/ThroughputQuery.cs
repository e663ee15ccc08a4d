using EventHistory.Core.Queries;
using EventHistory.Core.Rollups;
using EventHistory.Core.Search;

namespace EventHistory.Core.Statistics;

/// <summary>The query string of a question about how many tasks finished, understood; parameters as in <see cref="RuntimesQuery"/>.</summary>
public sealed record ThroughputQuery(Filter Filter, DateTime From, DateTime To, RollupDimension By, TimeSpan Bucket, int Limit)
{
    public const int DefaultLimit = 10;

    /// <summary>The rollups that have the answer; null: only rows have.</summary>
    public RollupSelection? Rollups => RollupSelection.Of(Filter, By);

    /// <param name="now">UTC; what <c>-2h</c> counts from.</param>
    public static Parsed<ThroughputQuery> Parse(IReadOnlyCollection<KeyValuePair<string, string>> parameters, DateTime now)
    {
        var given = new GivenParameters(parameters, now);
        var filter = StatisticsParameters.Filter(parameters, given);
        var (from, to) = given.Range(TimeSpan.FromDays(1));
        var bucket = given.Bucket(StatisticsParameters.Bucket, from, to, StatisticsParameters.ChosenBuckets, StatisticsParameters.MaxBuckets);
        var limit = given.Count(StatisticsParameters.Limit, StatisticsParameters.MaxLimit, DefaultLimit);
        var by = StatisticsParameters.Dimension(given);
        if (by != RollupDimension.All)
            StatisticsParameters.RefuseTooMany(given, limit, from, to, bucket);
        return given.Problem is null ? new(new ThroughputQuery(filter!, from, to, by, bucket, limit), null) : new(null, given.Problem);
    }
}
