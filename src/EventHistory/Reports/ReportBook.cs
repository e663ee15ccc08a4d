using System.Security.Cryptography;
using EventHistory.Core.Queries;
using EventHistory.Core.Reports;
using EventHistory.Jobs;
using EventHistory.Settings;

namespace EventHistory.Reports;

/// <summary>Reports as people write and read them: with their schedules, next runs and last run.</summary>
internal sealed class ReportBook(
    ReportDefinitions definitions, SavedQueries saved, RunHistory history, WorkSchedules schedules, WebhookSockets sockets, EventHistorySettings settings, TimeProvider time)
{
    private const int NextRuns = 3;
    private const int SecretBytes = 32;

    private readonly DeliveryRules _rules = new(settings.Reports.Folder is not null, settings.Smtp.Host is not null, settings.Reports.AllowPrivateTargets);

    public async Task<IReadOnlyList<ReportView>> All(CancellationToken ct)
    {
        var reports = await definitions.All(ct);
        var runs = await history.Of([.. reports.Select(r => r.Id)], 1, ct);
        return [.. reports.Select(r => ReportView.Of(r, Next(r), runs[r.Id].FirstOrDefault()))];
    }

    /// <returns>Null: there is none of that id.</returns>
    public async Task<ReportView?> Find(Guid id, CancellationToken ct) => await Definition(id, ct) is { } report ? await View(report, [], ct) : null;

    /// <returns>Null: there is none of that id.</returns>
    public Task<Report?> Definition(Guid id, CancellationToken ct) => definitions.Find(id, ct);

    /// <summary>Understands a report that was sent, and looks at once where it would go.</summary>
    public async Task<Parsed<Report>> Read(ReadOnlyMemory<byte> json, Guid id, DateTime now, CancellationToken ct)
    {
        var (report, problem) = ReportJson.Parse(json, id, _rules, (cron, zone) => CronSchedule.Parse(cron, zone).Problem, now);
        if (report is null)
            return new(null, problem);
        if (report.SavedQuery is { } query && await saved.Find(query, ct) is null)
            return new(null, $"There is no saved query \"{query}\": take an id that /api/v1/saved-queries gave.");
        foreach (var target in report.To.Where(t => t.Url is not null))
        {
            if (await sockets.Problem(new Uri(target.Url!), ct) is { } refusal)
                return new(null, $"url \"{target.Url}\": {refusal}");
        }
        return new(report, null);
    }

    /// <param name="report">As <see cref="Read"/> gave it.</param>
    /// <param name="before">What it replaces: a webhook with the same url keeps its secret.</param>
    /// <returns>It, with the secrets that were made for it; or why it cannot be so, as a sentence.</returns>
    public async Task<(ReportView? Report, string? Problem)> Put(Report report, Report? before, CancellationToken ct)
    {
        var made = new List<DeliveryTarget>();
        report = report with { To = [.. report.To.Select(target => WithSecret(target, before, made))] };
        if (!await definitions.Put(report, ct))
            return (null, $"There is another report with the name \"{report.Name}\", or its saved query was deleted just now.");
        await schedules.Set(ReportWork.WorkName, ReportWork.SubjectOf(report.Id), ReportWork.ScheduleOf(report), ct);
        return (await View(report, made, ct), null);
    }

    /// <returns>False if there is none of that id.</returns>
    public async Task<bool> Delete(Guid id, CancellationToken ct)
    {
        if (!await definitions.Delete(id, ct))
            return false;
        await schedules.Remove(ReportWork.WorkName, ReportWork.SubjectOf(id), ct);
        return true;
    }

    private async Task<ReportView> View(Report report, IReadOnlyCollection<DeliveryTarget> shown, CancellationToken ct) =>
        ReportView.Of(report, Next(report), (await history.Of([report.Id], 1, ct))[report.Id].FirstOrDefault(), shown);

    private static DeliveryTarget WithSecret(DeliveryTarget target, Report? before, List<DeliveryTarget> made)
    {
        if (target.Url is null || target.Secret is not null)
            return target;
        if (before?.To.FirstOrDefault(t => t.Url == target.Url)?.Secret is { } secret)
            return target with { Secret = secret };
        made.Add(target with { Secret = WebhookSignature.Secret(RandomNumberGenerator.GetBytes(SecretBytes)) });
        return made[^1];
    }

    private List<DateTime> Next(Report report)
    {
        var all = new List<DateTime>();
        if (ReportWork.ScheduleOf(report) is { } schedule)
        {
            for (var next = schedule.After(time.GetUtcNow()); next is { } at && all.Count < NextRuns; next = schedule.After(new DateTimeOffset(at)))
                all.Add(at);
        }
        return all;
    }
}
