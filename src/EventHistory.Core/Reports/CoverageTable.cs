using EventHistory.Core.Coverage;
using EventHistory.Core.Queries;

namespace EventHistory.Core.Reports;

/// <summary>What is missing in the record of a time.</summary>
public static class CoverageTable
{
    private static readonly IReadOnlyList<ReportColumn> _columns =
    [
        ReportColumn.Text("source", "Broker"), ReportColumn.Text("kind", "Missing"), ReportColumn.Time("from", "After"), ReportColumn.Time("to", "Before"),
        ReportColumn.Number("messages", "Messages, at most"), ReportColumn.Number("task_starts", "Task starts, at least"),
        ReportColumn.Text("worker", "Worker"), ReportColumn.Text("reason", "Why"),
    ];

    public static ReportTable Of(CoverageAnswer answer) => new(
        [.. answer.Sources.Select(s => $"{s.Source}: " + (s.MissingTotal == 0 ? "nothing is missing."
            : $"something is missing {ReportTable.Count(s.MissingTotal, "time", "times")}: at most {ReportTable.Count(s.MessagesMissing, "message", "messages")}, "
                + $"at least {ReportTable.Count(s.TaskStartsMissing, "task start", "task starts")}."))],
        _columns,
        [.. answer.Sources.SelectMany(s => s.Missing.Select(m => (IReadOnlyList<object?>)[s.Source, m.Kind, m.From, m.To, m.Messages, m.TaskStarts, m.Worker, m.Reason]))],
        new TaskTotal(answer.Sources.Sum(s => s.MissingTotal), IsExact: true));
}
