using EventHistory.Core.Statistics;

namespace EventHistory.Ui.Charts;

/// <summary>Finished tasks over time, by outcome.</summary>
internal static class ThroughputChart
{
    /// <param name="answer">About one group, or all tasks.</param>
    /// <param name="zoom">See <see cref="TimeChart.Zoom"/>.</param>
    /// <returns>How many succeeded, failed, were revoked, rejected, and retried; and the chart.</returns>
    public static (long[] Totals, TimeChart Chart) Of(ThroughputAnswer answer, string? zoom)
    {
        var buckets = (int)Math.Ceiling((answer.To - answer.BucketsFrom).TotalSeconds / answer.Bucket);
        var none = new long[buckets];
        var group = answer.Groups.Count > 0 ? answer.Groups[0] : new ThroughputGroup(null, 0, none, none, none, none, none);
        IReadOnlyList<long>[] series = [group.Succeeded, group.Failed, group.Revoked, group.Rejected, group.Retries];
        var totals = Array.ConvertAll(series, s => s.Sum());
        List<ChartSeries> shown = [ChartSeries.Counts("Success", "s-success", series[0]), ChartSeries.Counts("Failure", "s-failure", series[1])];
        if (totals[2] > 0)
            shown.Add(ChartSeries.Counts("Revoked", "s-revoked", series[2]));
        if (totals[3] > 0)
            shown.Add(ChartSeries.Counts("Rejected", "s-rejected", series[3]));
        return (totals, new TimeChart("Finished tasks", ChartKind.Stack, ChartUnit.Count, answer.BucketsFrom, TimeSpan.FromSeconds(answer.Bucket), shown, zoom));
    }
}
