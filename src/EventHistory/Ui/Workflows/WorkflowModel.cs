using EventHistory.Core.Tasks;
using EventHistory.Core.Workflows;

namespace EventHistory.Ui.Workflows;

/// <summary>A workflow as its page draws it.</summary>
/// <param name="Asked">The id of the task whose workflow was asked for.</param>
/// <param name="Opened">Ids of tasks: those that are alike stand one by one.</param>
public sealed record WorkflowModel(Workflow Workflow, string Asked, IReadOnlySet<string> Opened, DateTime Now)
{
    /// <summary>Lines on a page: as long as a browser stays quick with it.</summary>
    public const int MaxRows = 1000;

    private readonly HashSet<string> _critical = Workflow.CriticalPath is { Count: > 1 } path ? [.. path.Select(step => step.Id)] : [];

    public IReadOnlyList<WorkflowRow> Rows { get; } = WorkflowRows.Of(Workflow.Tasks, Opened);

    public bool IsOpen => Workflow.State is WorkflowState.Running or WorkflowState.Waiting;

    public DateTime From => Workflow.From ?? Now;

    /// <summary>Where the times end: now, if it is not finished.</summary>
    public DateTime Until => IsOpen && Workflow.Until < Now ? Now : Workflow.Until ?? Now;

    public bool IsCritical(WorkflowRow row) => row.Alike.Any(task => _critical.Contains(task.Id));

    public bool IsAsked(WorkflowRow row) => Asked != Workflow.Root && row.Alike.Any(task => task.Id == Asked);

    /// <summary>The page with these tasks one by one, or together again.</summary>
    public string Toggle(WorkflowRow row)
    {
        var ids = row.Alike.Select(task => task.Id).ToHashSet();
        var opened = row.IsHead ? Opened.Where(id => !ids.Contains(id)) : Opened.Append(row.Task.Id);
        return $"/workflow/{Queries.TextInUrl.Write(Asked)}" + string.Concat(opened.Select((id, n) => $"{(n == 0 ? '?' : '&')}open={Uri.EscapeDataString(id)}"));
    }

    /// <summary>The stretches of a task's life, as shares of the time that the workflow took.</summary>
    public IEnumerable<(string Kind, string Words, double X, double Width)> Bars(WorkflowTask task)
    {
        var ended = TaskStates.IsFinal(task.State) ? task.StateAt : null;
        foreach (var (kind, words, from, to) in new[]
        {
            ("queue", "in the queue", task.Sent ?? (task.Received is null ? task.FirstSeen : null), task.Received ?? task.Started ?? ended),
            ("waiting", "waiting in the worker", task.Received, task.Started ?? ended),
            ("running", "running", task.Started, ended),
        })
        {
            if (from is { } start && start <= (to ?? Until))
                yield return (kind, $"{Show.Duration((to ?? Until) - start)} {words}{(to is null ? " so far" : "")}", X(start), Math.Max(2, X(to ?? Until) - X(start)));
        }
    }

    /// <summary>0 … 1000.</summary>
    public double X(DateTime at) => Until <= From ? 0 : Math.Clamp((at - From) / (Until - From) * 1000, 0, 998);
}
