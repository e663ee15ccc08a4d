namespace EventHistory.Core.Workflows;

/// <summary>A line of a workflow as it is shown: a task, or many that are alike.</summary>
/// <param name="Task">The first of them.</param>
/// <param name="Alike">Tasks of one name, one after the other, sent by the same task, that sent none themselves; just one if it stands for itself.</param>
/// <param name="IsHead">They are many, and stand one by one in the lines that follow.</param>
public sealed record WorkflowRow(WorkflowTask Task, IReadOnlyList<WorkflowTask> Alike, bool IsHead = false)
{
    public bool IsMany => Alike.Count > 1;

    public DateTime? From => Alike.Min(t => t.FirstSeen);

    public DateTime? Until => Alike.Max(t => t.StateAt);
}

/// <summary>The lines of a tree of tasks: a group of five hundred is one of them, until somebody asks for each.</summary>
public static class WorkflowRows
{
    /// <summary>So many that are alike stand one by one.</summary>
    public const int MaxAlike = 8;

    /// <param name="tasks">In the order of the tree.</param>
    /// <param name="opened">Ids of tasks; those alike to them are wanted one by one.</param>
    public static IReadOnlyList<WorkflowRow> Of(IReadOnlyList<WorkflowTask> tasks, IReadOnlySet<string> opened)
    {
        var rows = new List<WorkflowRow>();
        for (var i = 0; i < tasks.Count;)
        {
            var first = tasks[i];
            var end = i + 1;
            while (first.Children == 0 && end < tasks.Count && IsAlike(first, tasks[end]))
                end++;
            var alike = tasks.Skip(i).Take(end - i).ToList();
            var isMany = alike.Count > MaxAlike;
            var isOpen = isMany && alike.Exists(t => opened.Contains(t.Id));
            if (isMany)
                rows.Add(new WorkflowRow(first, alike, isOpen));
            if (!isMany || isOpen)
                rows.AddRange(alike.Select(task => new WorkflowRow(task, [task])));
            i = end;
        }
        return rows;
    }

    private static bool IsAlike(WorkflowTask one, WorkflowTask other) =>
        other.Children == 0 && other.Depth == one.Depth && other.ParentId == one.ParentId && other.Name == one.Name && other.Misplaced == one.Misplaced;
}
