using EventHistory.Store;

namespace EventHistory.Jobs;

/// <summary>
/// Work that is done again and again on one schedule. It goes in bounded steps: after each it tells how far it is and looks at
/// the token, and what a killed process leaves behind the next run completes.
/// </summary>
internal interface IScheduledWork
{
    /// <summary>Small letters and dashes; the name in schedules, run rows, metrics and addresses.</summary>
    string Name { get; }

    /// <param name="report">Cheap, for every step: who listens decides how often to look.</param>
    /// <param name="ct">Ends the run between two steps.</param>
    Task<WorkDone> Run(Action<WorkProgress> report, CancellationToken ct);
}
