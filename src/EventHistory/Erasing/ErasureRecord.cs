namespace EventHistory.Erasing;

/// <summary>A request to erase tasks, and what became of it.</summary>
/// <param name="RequestedBy">Who asked.</param>
/// <param name="Why">As they said.</param>
/// <param name="FinishedAt">Null: it is under way, or was cut short and will be gone on with.</param>
/// <param name="Tasks">How many tasks it is about.</param>
/// <param name="ErasedTasks">How many of them are erased.</param>
/// <param name="ErasedEvents">How many events of theirs the log had.</param>
internal sealed record ErasureRecord(long Id, DateTime RequestedAt, string RequestedBy, string Why, DateTime? FinishedAt, long Tasks, long ErasedTasks, long ErasedEvents);
