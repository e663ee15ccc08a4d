namespace EventHistory.Core.Workflows;

/// <summary>
/// Puts the tasks of a workflow in the order of a tree that is read from top to bottom: each before the tasks it sent,
/// siblings as they were first seen. Every task is there once, whatever the events say of parents.
/// </summary>
public static class WorkflowTree
{
    /// <param name="root">The id of the first task; it may not be among them.</param>
    /// <param name="tasks">In the order in which siblings are to stand.</param>
    public static IReadOnlyList<WorkflowTask> Of(string root, IReadOnlyCollection<WorkflowTask> tasks)
    {
        var ids = tasks.Select(t => t.Id).ToHashSet(StringComparer.Ordinal);
        var children = tasks.Where(HasParent).ToLookup(t => t.ParentId!, StringComparer.Ordinal);
        var placed = new Dictionary<string, WorkflowTask>(tasks.Count, StringComparer.Ordinal);
        var order = new List<WorkflowTask>(tasks.Count);

        Place(tasks.Where(t => t.Id == root), depth: 0, misplaced: false);
        Place(tasks.Where(t => !HasParent(t)), depth: 1, misplaced: true);
        Place(tasks, depth: 1, misplaced: true); // what no way leads to: rings
        return order;

        bool HasParent(WorkflowTask task) => task.Id != root && task.ParentId is { } parent && parent != task.Id && ids.Contains(parent);

        void Place(IEnumerable<WorkflowTask> tops, int depth, bool misplaced)
        {
            foreach (var top in tops)
            {
                // not by recursion: a chain may be as long as the workflow is large
                var waiting = new Stack<(WorkflowTask Task, int Depth)>([(top, depth)]);
                while (waiting.TryPop(out var next))
                {
                    var mine = children[next.Task.Id];
                    if (!placed.TryAdd(next.Task.Id, next.Task))
                        continue;
                    order.Add(next.Task with { Depth = next.Depth, Children = mine.Count(), Misplaced = misplaced && next.Task == top });
                    foreach (var child in mine.Reverse())
                        waiting.Push((child, next.Depth + 1));
                }
            }
        }
    }
}
