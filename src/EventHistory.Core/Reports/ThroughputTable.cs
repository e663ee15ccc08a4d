using System.Globalization;
using EventHistory.Core.Statistics;

namespace EventHistory.Core.Reports;

/// <summary>How many tasks finished, over time, by outcome.</summary>
public static class ThroughputTable
{
    /// <summary>As many rows can be read.</summary>
    public const int Buckets = 60;

    private static readonly IReadOnlyList<ReportColumn> _columns =
    [
        ReportColumn.Time("at", "From"), ReportColumn.Number("finished", "Finished"), ReportColumn.Number("succeeded", "Succeeded"), ReportColumn.Number("failed", "Failed"),
        ReportColumn.Number("revoked", "Revoked"), ReportColumn.Number("rejected", "Rejected"), ReportColumn.Number("retries", "Retries"),
    ];

    /// <param name="answer">Of all tasks together.</param>
    public static ReportTable Of(ThroughputAnswer answer)
    {
        if (answer.Groups is not [var all])
            return new ReportTable(["No task finished."], _columns, []);
        var failed = all.Failed.Sum();
        return new ReportTable(
            [
                string.Create(CultureInfo.InvariantCulture,
                    $"{ReportTable.Count(all.Finished, "task", "tasks")} finished: {all.Succeeded.Sum():#,0} succeeded, {failed:#,0} failed ({100.0 * failed / Math.Max(all.Finished, 1):0.##} %), "
                    + $"{all.Revoked.Sum():#,0} were revoked, {all.Rejected.Sum():#,0} rejected; {ReportTable.Count(all.Retries.Sum(), "retry", "retries")}."),
            ],
            _columns,
            [.. Enumerable.Range(0, all.Succeeded.Count).Select(i => (IReadOnlyList<object?>)
                [
                    answer.BucketsFrom.AddSeconds(answer.Bucket * i), all.Succeeded[i] + all.Failed[i] + all.Revoked[i] + all.Rejected[i],
                    all.Succeeded[i], all.Failed[i], all.Revoked[i], all.Rejected[i], all.Retries[i],
                ])]);
    }
}
