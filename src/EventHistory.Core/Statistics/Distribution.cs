using System.Text.Json.Serialization;
using EventHistory.Core.Rollups;

namespace EventHistory.Core.Statistics;

/// <summary>Many durations, in seconds. All but the count is null where the count is 0.</summary>
/// <param name="Count">Tasks of which it is known.</param>
/// <param name="P50">The duration that half of the tasks did not exceed: a real one of them, as PostgreSQL's percentile_disc gives it; from rollups to 1 %, as min and max.</param>
public sealed record Distribution(
    long Count, double? Mean, double? Min, double? Max, double? P50, double? P90, double? P95, double? P99,
    [property: JsonPropertyName("p99_9")] double? P999)
{
    /// <summary>The percentiles there are, beside the least and the greatest.</summary>
    public static readonly IReadOnlyList<double> Percentiles = [0.5, 0.9, 0.95, 0.99, 0.999];

    /// <summary>From rollups. Their least and greatest duration are the middles of their buckets.</summary>
    public static Distribution Of(Durations durations)
    {
        var histogram = durations.Histogram;
        return new Distribution(durations.Count, durations.Count > 0 ? (double)(durations.Seconds / durations.Count) : null,
            histogram.Percentile(0), histogram.Percentile(1), histogram.Percentile(Percentiles[0]), histogram.Percentile(Percentiles[1]),
            histogram.Percentile(Percentiles[2]), histogram.Percentile(Percentiles[3]), histogram.Percentile(Percentiles[4]));
    }
}
