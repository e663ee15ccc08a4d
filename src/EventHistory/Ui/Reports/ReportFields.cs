using System.Globalization;
using System.Text.Json;
using EventHistory.Core.Reports;

namespace EventHistory.Ui.Reports;

/// <summary>A report as the fields of a form have it.</summary>
/// <param name="To">A target a line: <c>folder daily</c>, <c>mail ann@example.com, bob@example.com</c>, <c>webhook https://…</c>.</param>
public sealed record ReportFields(
    string Name, string Kind, string SavedQuery, string Range, string Cron, string TimeZone, string Rows, IReadOnlyList<string> Formats, string To, string By)
{
    public static ReportFields New(string by) => new("", ReportKind.Failures, "", "", "", "", "", ReportForm.All, "", by);

    public static ReportFields Of(ReportView report, string by) => new(report.Name, report.Kind, report.SavedQuery?.ToString() ?? "", report.Range ?? "", report.Cron ?? "",
        report.TimeZone, report.Rows.ToString(CultureInfo.InvariantCulture), report.Formats, string.Join('\n', report.To.Select(Line)), by);

    public static ReportFields Read(IFormCollection form) => new(Text(form, "name"), Text(form, "kind"), Text(form, "saved_query"), Text(form, "range"), Text(form, "cron"),
        Text(form, "time_zone"), Text(form, "rows"), [.. form["formats"].OfType<string>()], form["to"].ToString(), Text(form, "by"));

    /// <summary>Fit to be looked at, which needs no name, and nobody to have signed it.</summary>
    public ReportFields Draft => this with { Name = Name.Length == 0 ? "New report" : Name, By = By.Length == 0 ? "nobody" : By };

    /// <summary>As the API would be sent it, so that the same rules say the same sentences.</summary>
    public byte[] Json() => JsonSerializer.SerializeToUtf8Bytes(new
    {
        name = Name,
        kind = Kind,
        saved_query = Given(SavedQuery),
        range = Given(Range),
        cron = Given(Cron),
        time_zone = Given(TimeZone),
        formats = Formats.Count == 0 ? null : Formats,
        rows = Rows.Length == 0 ? null : long.TryParse(Rows, NumberStyles.None, CultureInfo.InvariantCulture, out var rows) ? (object)rows : Rows,
        to = To.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(Target),
        by = By,
    });

    private static string Line(DeliveryTarget target) => $"{target.Kind} {target.Kind switch
    {
        DeliveryTarget.ToFolder => target.Folder,
        DeliveryTarget.ToMail => string.Join(", ", target.Addresses ?? []),
        _ => target.Url,
    }}".TrimEnd();

    private static Dictionary<string, object> Target(string line)
    {
        var (kind, rest) = line.Split(' ', 2) is [var word, var after] ? (word, after.Trim()) : (line, "");
        var target = new Dictionary<string, object> { ["kind"] = kind };
        if (kind == DeliveryTarget.ToMail)
            target["addresses"] = rest.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        else if (rest.Length > 0)
            target[kind == DeliveryTarget.ToFolder ? "folder" : "url"] = rest;
        return target;
    }

    private static string Text(IFormCollection form, string name) => form[name].ToString().Trim();

    private static string? Given(string text) => text.Length == 0 ? null : text;
}
