using EventHistory.Core.Queries;
using EventHistory.Core.Rollups;
using EventHistory.Core.Search;

namespace EventHistory.Core.Statistics;

/// <summary>What questions about finished tasks have in common: which tasks, finished when, split by what.</summary>
public static class StatisticsParameters
{
    /// <summary>Finished at or after this time. A filter's <c>from</c> and <c>to</c> are not read: they are about the first sign of a task.</summary>
    public const string From = "from";
    public const string To = "to";
    public const string By = "by";
    public const string Bucket = "bucket";
    public const string Limit = "limit";

    public const int DefaultLimit = 50;
    public const int MaxLimit = 500;
    public const int ChosenBuckets = 100;
    public const int MaxBuckets = 1500;
    /// <summary>Groups times buckets.</summary>
    public const int MaxPoints = 20_000;

    /// <summary>What may be asked for in <see cref="By"/>; nothing stands for all tasks together.</summary>
    public static readonly IReadOnlyDictionary<string, RollupDimension> Dimensions = new Dictionary<string, RollupDimension>
    {
        ["name"] = RollupDimension.Name,
        ["worker"] = RollupDimension.Worker,
        ["queue"] = RollupDimension.Queue,
    };

    internal static Filter? Filter(IEnumerable<KeyValuePair<string, string>> parameters, GivenParameters given)
    {
        var tasks = new GivenParameters(parameters.Where(p => p.Key is not (From or To)), given.Now);
        return FilterParameters.Read(tasks) ?? given.Refuse<Filter>(tasks.Problem!);
    }

    internal static RollupDimension Dimension(GivenParameters given) => given.One(By) is not { } by ? RollupDimension.All
        : given.OneOf(By, by, [.. Dimensions.Keys]) is { } known ? Dimensions[known]
        : default;

    internal static void RefuseTooMany(GivenParameters given, int limit, DateTime from, DateTime to, TimeSpan bucket)
    {
        if (given.Problem is null && limit * Math.Ceiling((to - from) / bucket) > MaxPoints)
            given.Refuse<int>($"{Limit} {limit} with this bucket gives more than {MaxPoints} values: take a wider one, a lower limit, or a shorter range.");
    }
}
