using EventHistory.Core.Statistics;

namespace EventHistory.Ui.Charts;

/// <summary>Percentiles of a duration over time.</summary>
internal static class RuntimesChart
{
    public static TimeChart Of(
        string title, IEnumerable<RuntimesBucket> buckets, Measure measure, DateTime from, DateTime to, TimeSpan bucket, string? zoom)
    {
        var (first, values) = TimeChart.Spread(buckets.Select(b => (b.At, Of(b, measure)!)).Where(b => b.Item2 is { Count: > 0 }), from, to, bucket);
        return new TimeChart(title, ChartKind.Lines, ChartUnit.Seconds, first, bucket,
        [
            new("p50", "p50", [.. values.Select(v => v?.P50)]),
            new("p95", "p95", [.. values.Select(v => v?.P95)]),
            new("p99", "p99", [.. values.Select(v => v?.P99)]),
        ], zoom);
    }

    private static Distribution? Of(RuntimesBucket bucket, Measure measure) => measure switch
    {
        Measure.Runtime => bucket.Runtime,
        Measure.QueueWait => bucket.QueueWait,
        Measure.WorkerWait => bucket.WorkerWait,
        _ => bucket.EndToEnd,
    };
}
