using System.Globalization;
using System.Net;
using System.Text;
using EventHistory.Core.Statistics;

namespace EventHistory.Core.Reports;

/// <summary>
/// A report as a page that needs nothing else, as a mail must be: no script, no picture, its style inside. Whatever came from tasks is escaped.
/// </summary>
public static class HtmlReport
{
    /// <summary>Of more, the files have the rest.</summary>
    public const int MaxRows = 1000;

    /// <summary>Characters of a value; the files have all.</summary>
    public const int MaxText = 300;

    private const string Unknown = "–";

    // readable in both themes of a mail program: no background of its own but for the lines of the table
    private const string Style = """
        body{font:15px/1.5 system-ui,sans-serif;margin:24px auto;max-width:1100px;padding:0 16px;color-scheme:light dark}
        h1{font-size:22px;margin:0}p{margin:6px 0}small{opacity:.75}
        table{border-collapse:collapse;width:100%;margin:16px 0;font-size:13px}
        th,td{padding:5px 10px 5px 0;text-align:left;vertical-align:top;border-bottom:1px solid rgba(128,128,128,.35);overflow-wrap:anywhere}
        th{white-space:nowrap}td.n,th.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}td.t{white-space:nowrap}
        .no{border-left:4px solid #c62828;padding-left:10px}
        """;

    public static string Of(ReportContent report)
    {
        var html = new StringBuilder();
        var (head, table) = (report.Head, report.Table);
        html.Append("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><title>")
            .Append(Escaped(report.Name)).Append("</title><style>\n").Append(Style).Append("\n</style></head><body>\n<h1>").Append(Escaped(report.Name)).Append("</h1>\n");
        html.Append("<p><small>").Append(Escaped($"{head.What} from {Clock(head.From, report.Zone)} to {Clock(head.To, report.Zone)} ({report.Zone.Id})"))
            .Append(head.Filter.Length > 0 ? $"<br>Asked for: <code>{Escaped(head.Filter)}</code>" : "").Append("</small></p>\n");
        foreach (var sentence in table.Summary)
            html.Append("<p>").Append(Escaped(sentence)).Append("</p>\n");
        html.Append(head.Complete == false ? "<p class=\"no\"><strong>This time is NOT recorded whole.</strong> " : $"<p><small>The record of this time is {head.Completeness}. ")
            .Append(Escaped(head.Reason)).Append(head.Complete == false ? "</p>\n" : "</small></p>\n");
        if (table.Rows.Count > 0)
            Rows(html, report);
        html.Append("<p><small>").Append(Escaped($"EventHistory, {Clock(report.DueAt, report.Zone)}")).Append("</small></p>\n</body></html>\n");
        return html.ToString();
    }

    private static void Rows(StringBuilder html, ReportContent report)
    {
        var table = report.Table;
        html.Append("<table><thead><tr>");
        foreach (var column in table.Columns)
            html.Append(column.IsNumber ? "<th class=\"n\">" : "<th>").Append(Escaped(column.Title)).Append("</th>");
        html.Append("</tr></thead><tbody>\n");
        foreach (var row in table.Rows.Take(MaxRows))
        {
            html.Append("<tr>");
            foreach (var (column, value) in table.Columns.Zip(row))
                html.Append(column.IsNumber ? "<td class=\"n\">" : value is DateTime ? "<td class=\"t\">" : "<td>").Append(Cell(column, value, report)).Append("</td>");
            html.Append("</tr>\n");
        }
        html.Append("</tbody></table>\n");
        var shown = Math.Min(table.Rows.Count, MaxRows);
        if (shown < table.All)
            html.Append("<p><small>").Append(Escaped(string.Create(CultureInfo.InvariantCulture, $"The first {shown:#,0} of {table.AllText}."))).Append("</small></p>\n");
    }

    private static string Cell(ReportColumn column, object? value, ReportContent report) => value switch
    {
        null => Unknown,
        string id when report.Site is not null && column.Look is ColumnLook.TaskId or ColumnLook.FailureId =>
            $"<a href=\"{Escaped($"{report.Site.AbsoluteUri.TrimEnd('/')}/{(column.Look == ColumnLook.TaskId ? "task" : "failures")}/{Uri.EscapeDataString(id)}")}\" title=\"{Escaped(Cut(id))}\">{Escaped(Short(id))}</a>",
        string text => Escaped(Cut(text)),
        DateTime at => Escaped(Clock(at, report.Zone)),
        double seconds when column.Look == ColumnLook.Duration => Escaped(ShownDuration.Of(seconds)),
        double change when column.Look == ColumnLook.Change => string.Create(CultureInfo.InvariantCulture, $"{change * 100:+0;-0;0} %"),
        double number => number.ToString("#,0.###", CultureInfo.InvariantCulture),
        bool flag => flag ? "yes" : "no",
        _ => Convert.ToInt64(value, CultureInfo.InvariantCulture).ToString("#,0", CultureInfo.InvariantCulture),
    };

    private static string Clock(DateTime at, TimeZoneInfo zone) =>
        TimeZoneInfo.ConvertTimeFromUtc(DateTime.SpecifyKind(at, DateTimeKind.Utc), zone).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    private static string Cut(string text) => text.Length <= MaxText ? text : string.Concat(text.AsSpan(0, char.IsHighSurrogate(text[MaxText - 2]) ? MaxText - 2 : MaxText - 1), "…");

    // of a long id its start tells the most
    private static string Short(string id) => id.Length >= 32 ? id[..8] : id;

    private static string Escaped(string text) => WebUtility.HtmlEncode(text);
}
