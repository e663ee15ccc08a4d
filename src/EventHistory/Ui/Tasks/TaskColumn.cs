using EventHistory.Core.Queries;

namespace EventHistory.Ui.Tasks;

/// <summary>A column that the list of tasks may have.</summary>
/// <param name="Name">In the address.</param>
/// <param name="Help">What the values are, if the title does not say it all.</param>
/// <param name="Sort">What the list is ordered by when the title is chosen.</param>
public sealed record TaskColumn(string Name, string Title, string? Help = null, TaskSort? Sort = null, bool IsNumber = false)
{
    /// <summary>What the API calls what it shows, or what comes closest.</summary>
    public string Field => Name switch { "finished" => "state_at", "wait" => "queue_wait", "root" => "root_id", _ => Name };

    /// <summary>Besides the state, and the task's name with what it was given, which are always there.</summary>
    public static readonly IReadOnlyList<TaskColumn> All =
    [
        new("id", "Id"),
        new("first_seen", "First seen", "Its earliest sign", TaskSort.FirstSeen),
        new("received", "Received", "By a worker, last attempt", TaskSort.Received),
        new("started", "Started", "Last attempt", TaskSort.Started),
        new("finished", "Finished", "When it came into its final state", TaskSort.Finished),
        new("queue_wait", "Queue wait", "From sent to received", IsNumber: true),
        new("worker_wait", "Worker wait", "From received to started", IsNumber: true),
        new("wait", "Wait", "From sent to started", TaskSort.Wait, IsNumber: true),
        new("runtime", "Runtime", "As the worker measured it", TaskSort.Runtime, IsNumber: true),
        new("retries", "Retries", IsNumber: true),
        new("worker", "Worker"),
        new("queue", "Queue"),
        new("result", "Result"),
        new("root", "Workflow", "The task that it began with"),
    ];

    public static readonly IReadOnlyList<TaskColumn> Usual = [.. All.Where(c => c.Name is "id" or "first_seen" or "queue_wait" or "runtime" or "retries" or "worker")];

    /// <summary>The known ones among the names, in their own order; the usual ones if there is none.</summary>
    public static IReadOnlyList<TaskColumn> Chosen(IReadOnlyCollection<string> names) =>
        All.Where(c => names.Contains(c.Name)).ToList() is { Count: > 0 } chosen ? chosen : Usual;
}
