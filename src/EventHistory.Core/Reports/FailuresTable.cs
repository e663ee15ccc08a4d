using EventHistory.Core.Failures;
using EventHistory.Core.Queries;

namespace EventHistory.Core.Reports;

/// <summary>What failed, in groups, against the time before.</summary>
public static class FailuresTable
{
    private static readonly IReadOnlyList<ReportColumn> _columns =
    [
        ReportColumn.Text("id", "Group", ColumnLook.FailureId), ReportColumn.Text("title", "Failure"), ReportColumn.Text("state", "State"),
        ReportColumn.Number("failed", "Failed"), ReportColumn.Number("failed_before", "The time before"),
        ReportColumn.Time("first_seen", "First seen"), ReportColumn.Time("last_seen", "Last seen"), ReportColumn.Text("names", "Tasks"),
        ReportColumn.Text("task_id", "Last task", ColumnLook.TaskId), ReportColumn.Text("exception", "Exception"),
    ];

    /// <param name="before">Of the time just before, as long.</param>
    public static ReportTable Of(FailureList now, FailureList before)
    {
        var earlier = before.Failures.ToDictionary(f => f.Id, f => f.Failed);
        var fresh = now.Failures.Count(f => f.FirstSeen >= now.From);
        return new ReportTable(
            [
                $"{ReportTable.Count(now.Failed, "task", "tasks")} failed, in {ReportTable.Count(now.Total, "way", "ways")}; in the time before, as long, {ReportTable.Count(before.Failed, "task", "tasks")}.",
                .. fresh == 0 ? Array.Empty<string>() : [fresh == 1 ? "One of these ways is new." : $"{fresh} of these ways are new."],
            ],
            _columns,
            [.. now.Failures.Select(f => (IReadOnlyList<object?>)
                [
                    f.Id, f.Title, f.State, f.Failed, earlier.TryGetValue(f.Id, out var failed) ? failed : before.Total > before.Failures.Count ? null : 0L,
                    f.FirstSeen, f.LastSeen, string.Join(", ", f.Names.Select(n => n.Name).OfType<string>()), f.Sample.TaskId, f.Sample.Exception,
                ])],
            new TaskTotal(now.Total, IsExact: true));
    }
}
