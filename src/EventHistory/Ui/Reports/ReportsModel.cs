using EventHistory.Core.Reports;

namespace EventHistory.Ui.Reports;

/// <param name="Queries">Saved searches to choose from.</param>
/// <param name="Problem">Why a report was not taken; null: none was refused.</param>
public sealed record ReportsModel(IReadOnlyList<ReportView> Reports, IReadOnlyList<SavedQuery> Queries, ReportFields Fields, string? Problem);

/// <param name="Id">Of the report; null: it is not saved.</param>
public sealed record ReportPreviewModel(Guid? Id, ReportContent Content, IReadOnlyList<SavedQuery> Queries, ReportFields Fields);

/// <param name="Runs">The latest first.</param>
public sealed record ReportModel(ReportView Report, IReadOnlyList<ReportRunView> Runs, IReadOnlyList<SavedQuery> Queries, ReportFields Fields, string? Problem);
