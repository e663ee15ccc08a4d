namespace EventHistory.Core.Reports;

/// <summary>A report as answers show it.</summary>
/// <param name="NextRuns">When it is due next; none without a schedule.</param>
/// <param name="LastRun">Null: there was none yet.</param>
public sealed record ReportView(
    Guid Id, string Name, string Kind, Guid? SavedQuery, string? Range, string? Cron, string TimeZone, IReadOnlyList<string> Formats, int Rows,
    IReadOnlyList<DeliveryTarget> To, DateTime ChangedAt, string ChangedBy, IReadOnlyList<DateTime> NextRuns, ReportRunView? LastRun)
{
    /// <param name="shown">Webhooks whose secret was made just now, and is shown this once.</param>
    public static ReportView Of(Report report, IReadOnlyList<DateTime> nextRuns, ReportRunView? lastRun, IReadOnlyCollection<DeliveryTarget>? shown = null) => new(
        report.Id, report.Name, report.Kind, report.SavedQuery, report.Range, report.Cron, report.TimeZone, report.Formats, report.Rows,
        [.. report.To.Select(t => shown?.Contains(t) == true ? t : t.WithoutSecret())], report.ChangedAt, report.ChangedBy, nextRuns, lastRun);
}

/// <summary>One time that a report was made, or could not be.</summary>
/// <param name="DueAt">When it was to be made.</param>
/// <param name="EndedAt">Null: it is being made; or its process ended meanwhile.</param>
/// <param name="Outcome">made or failed; null as long as it is not ended.</param>
/// <param name="Problem">Why it could not be made, as a sentence.</param>
/// <param name="From">The time it tells of.</param>
/// <param name="Complete">Whether that time is recorded whole; null: it cannot be told, or not yet.</param>
/// <param name="Rows">How many the report has.</param>
public sealed record ReportRunView(
    long Id, DateTime DueAt, DateTime StartedAt, DateTime? EndedAt, string? Outcome, string? Problem, DateTime? From, DateTime? To, bool? Complete, long? Rows,
    IReadOnlyList<ReportFileView> Files, IReadOnlyList<DeliveryView> Deliveries)
{
    public const string Made = "made";
    public const string Failed = "failed";
}

/// <param name="Format">html, csv or ndjson.</param>
public sealed record ReportFileView(string Format, string Name, long Bytes);

/// <summary>A report on its way to one target.</summary>
/// <param name="Id">Of webhooks, their <c>webhook-id</c>.</param>
/// <param name="State">waiting, delivered or given_up.</param>
/// <param name="NextAt">When it is tried (again); null unless it waits.</param>
/// <param name="Attempts">The first one first.</param>
public sealed record DeliveryView(Guid Id, string Target, string State, DateTime? NextAt, IReadOnlyList<DeliveryAttemptView> Attempts)
{
    public const string Waiting = "waiting";
    public const string Delivered = "delivered";
    public const string GivenUp = "given_up";
}

/// <param name="Problem">Null: it arrived.</param>
public sealed record DeliveryAttemptView(DateTime StartedAt, DateTime EndedAt, string? Problem);
