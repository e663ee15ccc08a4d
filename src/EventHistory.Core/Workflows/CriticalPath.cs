namespace EventHistory.Core.Workflows;

/// <summary>
/// The chain of tasks that decided how long a workflow took: the one that ended last, the one that sent it, and so on
/// up to the first. Whoever wants the workflow to be faster begins here.
/// </summary>
public static class CriticalPath
{
    /// <param name="tasks">All of a workflow, in any order. Of one that is not finished, this is the path so far.</param>
    /// <returns>The first task first; empty if no task has a time.</returns>
    public static IReadOnlyList<CriticalStep> Of(IReadOnlyCollection<WorkflowTask> tasks)
    {
        var path = new Stack<WorkflowTask>();
        var known = tasks.ToDictionary(t => t.Id, StringComparer.Ordinal);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var next = tasks.Where(IsTimed).MaxBy(t => (t.StateAt, t.Id), Comparer<(DateTime?, string)>.Create(Compare));
        while (next is not null && IsTimed(next) && seen.Add(next.Id))
        {
            path.Push(next);
            next = next.Depth > 0 && next.ParentId is { } parent ? known.GetValueOrDefault(parent) : null;
        }
        var steps = path.ToList();
        return [.. steps.Select((task, place) => Step(task, place + 1 < steps.Count ? steps[place + 1].FirstSeen!.Value : task.StateAt!.Value))];
    }

    // hosts' clocks may contradict each other: no step is shorter than nothing
    private static CriticalStep Step(WorkflowTask task, DateTime until)
    {
        var from = task.FirstSeen!.Value;
        var length = until > from ? until - from : TimeSpan.Zero;
        var waited = (task.Started ?? until) - from;
        waited = waited < TimeSpan.Zero ? TimeSpan.Zero : waited > length ? length : waited;
        return new CriticalStep(task.Id, task.Name, task.State, from, from + length, length.TotalSeconds, waited.TotalSeconds);
    }

    private static bool IsTimed(WorkflowTask task) => task is { FirstSeen: not null, StateAt: not null };

    private static int Compare((DateTime? At, string Id) one, (DateTime? At, string Id) other)
    {
        var byTime = Nullable.Compare(one.At, other.At);
        return byTime != 0 ? byTime : string.CompareOrdinal(one.Id, other.Id);
    }
}

/// <summary>A task's part in the time that a workflow took.</summary>
/// <param name="From">Its earliest sign.</param>
/// <param name="Until">The earliest sign of the next task on the path; of the last one, when it ended.</param>
/// <param name="Seconds">Between the two.</param>
/// <param name="Waited">How much of that passed before it started (its last attempt).</param>
public sealed record CriticalStep(string Id, string? Name, string State, DateTime From, DateTime Until, double Seconds, double Waited);
