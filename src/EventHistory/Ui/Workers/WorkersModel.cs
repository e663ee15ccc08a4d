using EventHistory.Core.Queries;
using EventHistory.Ui.Charts;

namespace EventHistory.Ui.Workers;

/// <summary>The workers, with what each did in a range.</summary>
/// <param name="Done">By node name; those that finished nothing are not in it.</param>
/// <param name="OnlyLive">Those that left, or fell silent long ago, are not shown.</param>
public sealed record WorkersModel(TimeRange Range, WorkerList List, IReadOnlyDictionary<string, WorkerDone> Done, bool OnlyLive);

/// <summary>Tasks that a worker finished in a range.</summary>
/// <param name="Over">Over time.</param>
public sealed record WorkerDone(long Succeeded, long Failed, long Retried, IReadOnlyList<long> Over);

/// <summary>One worker: its state, its work over time, its lives, and what it ran last.</summary>
public sealed record WorkerModel(TimeRange Range, WorkerDetail Detail, WorkerDone Done, TimeChart Finished, TimeChart Active, TimeChart Load, IReadOnlyList<TaskView> Latest);
