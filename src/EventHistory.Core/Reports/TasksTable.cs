using EventHistory.Core.Export;
using EventHistory.Core.Queries;

namespace EventHistory.Core.Reports;

/// <summary>Tasks, with some of their fields.</summary>
public static class TasksTable
{
    /// <summary>Of the tasks that ran longest.</summary>
    public static readonly IReadOnlyList<string> SlowestColumns = ["id", "name", "runtime", "queue_wait", "worker", "started", "succeeded", "args", "kwargs"];

    /// <param name="columns">Names of <see cref="TaskFields"/>.</param>
    /// <param name="total">How many there are in all; null: these are all.</param>
    public static ReportTable Of(IReadOnlyList<TaskView> tasks, IReadOnlyList<string> columns, TaskTotal? total, string summary) => new(
        [summary], [.. columns.Select(Column)], [.. tasks.Select(task => (IReadOnlyList<object?>)[.. columns.Select(column => TaskFields.Value(task, column))])], total);

    private static ReportColumn Column(string name)
    {
        var type = TaskFields.TypeOf(name);
        var kind = type == typeof(string) ? ExportKind.Text : type == typeof(DateTime) ? ExportKind.Time : type == typeof(bool) ? ExportKind.Flag : ExportKind.Number;
        return new ReportColumn(new ExportField(name, kind), Title(name), name switch
        {
            "id" or "root_id" or "parent_id" => ColumnLook.TaskId,
            "runtime" or "queue_wait" or "worker_wait" => ColumnLook.Duration,
            _ => ColumnLook.Plain,
        });
    }

    private static string Title(string name) => char.ToUpperInvariant(name[0]) + name[1..].Replace('_', ' ');
}
