namespace EventHistory.Core.Retention;

/// <summary>What goes, or went, by each limit of a policy.</summary>
/// <param name="Limit">max_tasks, max_age, max_bytes, worker_heartbeats, rollups, rejected_messages.</param>
/// <param name="Rows">Tasks, or rows of what is no task.</param>
/// <param name="Bytes">On disk, about: rows and indexes, and of tasks their events in the log as well.</param>
public sealed record PruneShare(string Limit, long Rows, long Bytes);

/// <summary>What would go by a policy.</summary>
/// <param name="Tasks">Finished tasks that would go.</param>
/// <param name="TasksBefore">Finished tasks that there are.</param>
/// <param name="Bytes">That would be given back, about.</param>
/// <param name="Shares">By limit; a task is counted by the first limit that it meets.</param>
/// <param name="Days">What would become of each day that loses tasks.</param>
public sealed record PrunePreview(long Tasks, long TasksBefore, long Bytes, IReadOnlyList<PruneShare> Shares, IReadOnlyList<PrunedDay> Days);

/// <param name="Day">UTC: when the last events of these tasks were recorded.</param>
/// <param name="Fate">dropped, rewritten, or loses-rows.</param>
public sealed record PrunedDay(DateOnly Day, long Tasks, long Going, string Fate);
