using EventHistory.Core.Reports;
using EventHistory.Jobs;
using EventHistory.Settings;
using EventHistory.Store;

namespace EventHistory.Reports;

/// <summary>Makes each report when it is due, and forgets what was made long ago.</summary>
internal sealed class ReportWork(ReportDefinitions reports, ReportRunner runner, ReportRuns runs, EventHistorySettings settings, TimeProvider time) : IWorkPerSubject
{
    public const string WorkName = "report";

    public string Name => WorkName;

    public static string SubjectOf(Guid report) => report.ToString();

    /// <returns>Null: it is made only when somebody asks for it.</returns>
    public static CronSchedule? ScheduleOf(Report report) => report.Cron is { } cron ? CronSchedule.Parse(cron, report.TimeZone).Value : null;

    public async Task<IReadOnlyDictionary<string, CronSchedule>> Schedules(CancellationToken ct) =>
        (await reports.All(ct)).Select(r => (Subject: SubjectOf(r.Id), Schedule: ScheduleOf(r))).Where(r => r.Schedule is not null).ToDictionary(r => r.Subject, r => r.Schedule!);

    public async Task<WorkDone> Run(string subject, Action<WorkProgress> report, CancellationToken ct)
    {
        var now = time.GetUtcNow().UtcDateTime;
        var dueAt = now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMinute)); // as the schedule says it: nobody wants "to 07:00:00.013"
        if (!Guid.TryParse(subject, out var id) || await reports.Find(id, ct) is not { } wanted)
            return WorkDone.Of(); // it was deleted just now
        var (_, rows) = await runner.Run(wanted, dueAt, ct);
        var forgotten = await runs.Forget(now - settings.Reports.Keep, ct);
        return rows is null ? throw new ReportException("The report could not be made: its own run says why.")
            : WorkDone.Of(("rows", rows.Value), ("deliveries", wanted.To.Sum(t => t.Each.Count())), ("runs_forgotten", forgotten));
    }
}
