using EventHistory.Core.Queries;
using EventHistory.Core.Rollups;
using EventHistory.Core.Search;

namespace EventHistory.Core.Statistics;

/// <summary>The query string of a question about durations, understood.</summary>
/// <param name="Filter">Which tasks are meant.</param>
/// <param name="From">They finished at or after this time.</param>
/// <param name="To">And before this one.</param>
/// <param name="Bucket">Null: only the whole range is measured.</param>
/// <param name="Limit">So many names, workers or queues at most, those with the most tasks.</param>
public sealed record RuntimesQuery(
    Filter Filter, DateTime From, DateTime To, IReadOnlyList<Measure> Measures, RollupDimension By, TimeSpan? Bucket, int Limit)
{
    /// <summary>What is measured: names of <see cref="Measure"/>.</summary>
    public const string Of = "of";

    public static readonly IReadOnlyDictionary<string, Measure> MeasureNames = new Dictionary<string, Measure>
    {
        ["runtime"] = Measure.Runtime,
        ["queue_wait"] = Measure.QueueWait,
        ["worker_wait"] = Measure.WorkerWait,
        ["end_to_end"] = Measure.EndToEnd,
    };

    /// <summary>The rollups that have the answer; null: only rows have.</summary>
    public RollupSelection? Rollups => Measures.Contains(Measure.EndToEnd) ? null : RollupSelection.Of(Filter, By);

    /// <param name="now">UTC; what <c>-2h</c> counts from.</param>
    public static Parsed<RuntimesQuery> Parse(IReadOnlyCollection<KeyValuePair<string, string>> parameters, DateTime now)
    {
        var given = new GivenParameters(parameters, now);
        var filter = StatisticsParameters.Filter(parameters, given);
        var (from, to) = given.Range(TimeSpan.FromDays(1));
        var measures = given.Set(Of).Select(name => given.OneOf(Of, name, [.. MeasureNames.Keys])).OfType<string>().Select(name => MeasureNames[name]).ToList();
        TimeSpan? bucket = given.One(StatisticsParameters.Bucket) is null ? null
            : given.Bucket(StatisticsParameters.Bucket, from, to, StatisticsParameters.ChosenBuckets, StatisticsParameters.MaxBuckets);
        var limit = given.Count(StatisticsParameters.Limit, StatisticsParameters.MaxLimit, StatisticsParameters.DefaultLimit);
        var by = StatisticsParameters.Dimension(given);
        if (bucket is { } width && by != RollupDimension.All)
            StatisticsParameters.RefuseTooMany(given, limit, from, to, width);
        return given.Problem is null
            ? new(new RuntimesQuery(filter!, from, to, measures.Count == 0 ? [Measure.Runtime] : measures, by, bucket, limit), null)
            : new(null, given.Problem);
    }
}
