using EventHistory.Core.Reports;

namespace EventHistory.Ui.Reports;

/// <summary>Reports as people read of them.</summary>
internal static class ReportWords
{
    public static string Kind(string kind) => kind switch
    {
        ReportKind.Tasks => "Tasks of a saved search",
        ReportKind.Failures => "Failures in groups",
        ReportKind.Slowest => "Slowest tasks",
        ReportKind.Runtimes => "Runtimes against the week before",
        ReportKind.Throughput => "Throughput by outcome",
        ReportKind.Coverage => "Coverage",
        _ => kind,
    };

    /// <summary>What it tells, and of which time.</summary>
    public static string Of(ReportView report, IReadOnlyList<SavedQuery> queries)
    {
        var what = report.SavedQuery is { } id ? queries.FirstOrDefault(q => q.Id == id)?.Name ?? Kind(report.Kind) : Kind(report.Kind);
        return report.Range is { } range ? $"{what}, {range}" : what;
    }
}
