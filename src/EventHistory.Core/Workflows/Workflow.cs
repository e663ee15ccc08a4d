namespace EventHistory.Core.Workflows;

/// <summary>A task with all that came of it: what it sent, what those sent, and so on.</summary>
public sealed record Workflow
{
    /// <summary>The id of its first task.</summary>
    public required string Root { get; init; }
    /// <summary>The first task's name; null if unknown.</summary>
    public string? Name { get; init; }
    /// <summary>waiting, running, succeeded, failed or revoked.</summary>
    public required string State { get; init; }
    /// <summary>The earliest sign of any of its tasks.</summary>
    public DateTime? From { get; init; }
    /// <summary>The latest change of state of any of its tasks; the end, if it is finished.</summary>
    public DateTime? Until { get; init; }
    /// <summary>Seconds between the two.</summary>
    public double? Seconds => (Until - From)?.TotalSeconds;
    /// <summary>Of all tasks, also those that are not listed; so with the next two.</summary>
    public long TaskCount { get; init; }
    public long Retries { get; init; }
    /// <summary>Seconds of work: the sum of all known runtimes.</summary>
    public double Runtime { get; init; }
    public required IReadOnlyList<WorkflowStateCount> States { get; init; }
    /// <summary>How many workers had a task of it.</summary>
    public int Workers { get; init; }
    /// <summary>The tasks that decided how long it took, the first one first; null if there are more than <see cref="MaxTasks"/>.</summary>
    public IReadOnlyList<CriticalStep>? CriticalPath { get; init; }
    /// <summary>In the order of a tree that is read from top to bottom: each task before those it sent.</summary>
    public required IReadOnlyList<WorkflowTask> Tasks { get; init; }
    /// <summary>False when there are more tasks than are listed.</summary>
    public bool Complete { get; init; }

    /// <summary>Of a larger workflow, only its first tasks are looked at one by one.</summary>
    public const int MaxTasks = 10_000;
}

/// <summary>How many tasks of a workflow are in a state.</summary>
public sealed record WorkflowStateCount(string State, long Tasks);
