namespace EventHistory.Core.Reports;

/// <summary>Something to be told again and again: of what, of which time, when, how, and to whom.</summary>
public sealed record Report
{
    public required Guid Id { get; init; }
    /// <summary>No two have the same.</summary>
    public required string Name { get; init; }
    /// <summary>One of <see cref="ReportKind"/>.</summary>
    public required string Kind { get; init; }
    /// <summary>The tasks that it is of; of the kind tasks, and only of it.</summary>
    public required Guid? SavedQuery { get; init; }
    /// <summary>See <see cref="ReportRange"/>; null: of the kind tasks, all that the search finds.</summary>
    public required string? Range { get; init; }
    /// <summary>Five fields as in crontab, or six or seven as Quartz has them; null: whenever somebody asks for it.</summary>
    public required string? Cron { get; init; }
    /// <summary>Of the schedule, of whole days in the range, and of times as the HTML shows them.</summary>
    public required string TimeZone { get; init; }
    /// <summary>Of <see cref="ReportForm"/>.</summary>
    public required IReadOnlyList<string> Formats { get; init; }
    /// <summary>At most so many.</summary>
    public required int Rows { get; init; }
    /// <summary>None: it is kept to be looked at.</summary>
    public required IReadOnlyList<DeliveryTarget> To { get; init; }
    public required DateTime ChangedAt { get; init; }
    /// <summary>Who wrote it last.</summary>
    public required string ChangedBy { get; init; }
}
