using System.Globalization;
using EventHistory.Core.Queries;
using EventHistory.Core.Statistics;

namespace EventHistory.Core.Reports;

/// <summary>How long tasks take, by name, against the same time a week before.</summary>
public static class RuntimesTable
{
    public static readonly TimeSpan Apart = TimeSpan.FromDays(7);

    /// <summary>Of fewer tasks a percentile says little about what changed.</summary>
    private const int Enough = 20;

    private static readonly IReadOnlyList<ReportColumn> _columns =
    [
        ReportColumn.Text("name", "Task"), ReportColumn.Number("count", "Succeeded"), ReportColumn.Number("count_before", "A week before"),
        Seconds("mean", "Mean"), Seconds("p50", "p50"), Seconds("p50_before", "a week before"), Seconds("p95", "p95"), Seconds("p95_before", "a week before"),
        ReportColumn.Number("p95_change", "Change", ColumnLook.Change), Seconds("p99", "p99"), Seconds("max", "Longest"),
    ];

    /// <param name="before">Of the same names.</param>
    public static ReportTable Of(RuntimesAnswer now, RuntimesAnswer before)
    {
        var earlier = before.Groups.Where(g => g.Label is not null).ToDictionary(g => g.Label!, g => g.Runtime!);
        var rows = now.Groups.Select(g => (g.Label, Now: g.Runtime!, Before: g.Label is null ? null : earlier.GetValueOrDefault(g.Label))).ToList();
        var changes = rows.Where(r => r.Now.Count >= Enough && r.Before?.Count >= Enough && Change(r.Now, r.Before) is not null)
            .OrderByDescending(r => Change(r.Now, r.Before)).ToList();
        var summary = new List<string> { $"{ReportTable.Count(rows.Sum(r => r.Now.Count), "task", "tasks")} of {ReportTable.Count(rows.Count, "name", "names")} succeeded." };
        if (changes.Count > 0 && Change(changes[0].Now, changes[0].Before) > 0.1)
            summary.Add("Slower than the week before: " + string.Join(", ", changes.Take(3).Where(c => Change(c.Now, c.Before) > 0.1).Select(Sentence)) + ".");
        if (changes.Count > 0 && Change(changes[^1].Now, changes[^1].Before) < -0.1)
            summary.Add("Faster: " + string.Join(", ", changes.AsEnumerable().Reverse().Take(3).Where(c => Change(c.Now, c.Before) < -0.1).Select(Sentence)) + ".");
        return new ReportTable(summary, _columns, [.. rows.Select(r => (IReadOnlyList<object?>)
            [
                r.Label, r.Now.Count, r.Before?.Count ?? 0, r.Now.Mean, r.Now.P50, r.Before?.P50, r.Now.P95, r.Before?.P95, Change(r.Now, r.Before), r.Now.P99, r.Now.Max,
            ])], new TaskTotal(now.Total, IsExact: true));
    }

    private static string Sentence((string? Label, Distribution Now, Distribution? Before) row) => string.Create(CultureInfo.InvariantCulture,
        $"{row.Label} (p95 {ShownDuration.Of(row.Before!.P95!.Value)}, now {ShownDuration.Of(row.Now.P95!.Value)}, {Change(row.Now, row.Before) * 100:+0;-0} %)");

    private static double? Change(Distribution now, Distribution? before) => before?.P95 > 0 ? (now.P95 / before.P95) - 1 : null;

    private static ReportColumn Seconds(string name, string title) => ReportColumn.Number(name, title, ColumnLook.Duration);
}
