namespace EventHistory.Core.Reports;

/// <summary>What a report is written as.</summary>
public static class ReportForm
{
    public const string Html = "html";
    public const string Csv = "csv";
    /// <summary>A JSON object on each line.</summary>
    public const string JsonLines = "ndjson";

    public static readonly IReadOnlyList<string> All = [Html, Csv, JsonLines];

    public static string MediaType(string form) => form switch
    {
        Html => "text/html; charset=utf-8",
        Csv => "text/csv; charset=utf-8",
        _ => "application/x-ndjson",
    };
}
