using EventHistory.Core.Tasks;

namespace EventHistory.Core.Rollups;

/// <summary>What one finished task contributes to rollups. A task that is not finished has none: null.</summary>
/// <param name="At">When it finished, by its sender's clock, UTC: the minute and the hour it counts in.</param>
/// <param name="NameId">Numbers of <c>eventhistory.label</c>; null: unknown, and in no rollup of that dimension.</param>
/// <param name="State">A state that <see cref="TaskStates.IsFinal"/>.</param>
/// <param name="Runtime">Seconds, as the worker measured it.</param>
/// <param name="QueueWait">Seconds from sent to received, last attempt.</param>
/// <param name="WorkerWait">Seconds from received to started, last attempt.</param>
/// <param name="FailureId">The failure group of a task that failed, as <c>eventhistory.failure_group</c> numbers it.</param>
public readonly record struct Outcome(
    DateTime At, int? NameId, int? WorkerId, int? QueueId, string State, int Retries, double? Runtime, double? QueueWait, double? WorkerWait,
    int? FailureId = null);
