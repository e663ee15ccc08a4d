using EventHistory.Store;

namespace EventHistory.Jobs;

/// <summary>
/// Work with a schedule of its own for each of many subjects (a report), which come, change and go while the service runs.
/// The same promises as <see cref="IScheduledWork"/>.
/// </summary>
internal interface IWorkPerSubject
{
    string Name { get; }

    /// <summary>
    /// The schedules there are to be, by subject. Asked for at every start; whoever changes one meanwhile says so to
    /// <see cref="WorkSchedules.Set"/>.
    /// </summary>
    Task<IReadOnlyDictionary<string, CronSchedule>> Schedules(CancellationToken ct);

    /// <param name="subject">What the schedule was made for, as given to it; up to 150 characters.</param>
    /// <param name="report">As in <see cref="IScheduledWork.Run"/>.</param>
    /// <param name="ct">Ends the run between two steps.</param>
    Task<WorkDone> Run(string subject, Action<WorkProgress> report, CancellationToken ct);
}
