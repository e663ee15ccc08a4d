using EventHistory.Core.Reports;
using EventHistory.Queries;
using EventHistory.Settings;
using EventHistory.Telemetry;
using Npgsql;

namespace EventHistory.Reports;

/// <summary>Makes a report: asks, writes its files, and puts them on their way.</summary>
internal sealed class ReportRunner(
    ReportQueries queries, ReportRuns runs, DeliveryBell bell, EventHistorySettings settings, TimeProvider time, ILogger<ReportRunner> logger)
{
    /// <summary>As it would be now; nothing is stored.</summary>
    /// <exception cref="ReportException">It cannot be made as it is written.</exception>
    public async Task<ReportContent> Preview(Report report, DateTime dueAt, CancellationToken ct)
    {
        var (head, table) = await queries.Ask(report, dueAt, ct);
        return new ReportContent(report.Name, head, table, dueAt, ZoneText.Parse(report.TimeZone).Zone ?? TimeZoneInfo.Utc, settings.Reports.Site is { } site ? new Uri(site) : null);
    }

    /// <returns>The run's number, whatever became of it; and how many rows it has, null if it could not be made.</returns>
    public async Task<(long Run, long? Rows)> Run(Report report, DateTime dueAt, CancellationToken ct)
    {
        var run = await runs.Begin(report.Id, dueAt, Now, ct);
        try
        {
            var content = await Preview(report, dueAt, ct);
            await runs.Made(run, report, content, [.. report.Formats.Select(format => ReportFile.Of(content, format))], Now, ct);
            bell.Ring();
            Meters.ReportsMade.Add(1);
            return (run, content.Table.Rows.Count);
        }
        catch (Exception fault) when (Sentence(fault) is { } sentence)
        {
            logger.NotMade(report.Name, sentence);
            await runs.Failed(run, sentence, Now, ct);
            return (run, null);
        }
    }

    private DateTime Now => time.GetUtcNow().UtcDateTime;

    private static string? Sentence(Exception fault) => fault is ReportException ? fault.Message
        : fault is NpgsqlException or TimeoutException ? QueryFault.Of(fault)?.Sentence
        : null;
}
