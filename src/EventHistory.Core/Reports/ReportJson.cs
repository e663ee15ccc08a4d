using EventHistory.Core.Queries;

namespace EventHistory.Core.Reports;

/// <summary>
/// A report as it is sent: <c>{"name": "Failures of the night", "kind": "failures", "range": "12h", "cron": "0 7 * * mon-fri", "time_zone": "Europe/Berlin",
/// "to": [{"kind": "mail", "addresses": ["ops@example.com"]}], "by": "ann"}</c>.
/// </summary>
public static class ReportJson
{
    public const int MaxBytes = 64_000;
    public const int MaxName = 200;
    public const int MaxBy = 200;
    public const int MaxRows = 10_000;
    public const int DefaultRows = 100;
    public const int MaxTargets = 10;

    private const string Example = "{\"name\": \"Failures of the day\", \"kind\": \"failures\", \"cron\": \"0 7 * * *\", \"time_zone\": \"Europe/Berlin\", \"by\": \"your name\"}";

    private static readonly string[] _known = ["name", "kind", "saved_query", "range", "cron", "time_zone", "formats", "rows", "to", "by"];

    /// <param name="id">What it shall have.</param>
    /// <param name="rules">Where it may go.</param>
    /// <param name="cronProblem">Of a schedule and a time zone: what is wrong with them, as a sentence; null: nothing.</param>
    /// <param name="now">UTC: when it is written.</param>
    public static Parsed<Report> Parse(ReadOnlyMemory<byte> json, Guid id, DeliveryRules rules, Func<string, string, string?> cronProblem, DateTime now) => JsonMembers.Read(json, _known, Example, members =>
    {
        var kind = Kind(members);
        var zone = Zone(members);
        return new Report
        {
            Id = id,
            Name = members.Required("name", MaxName, "say what it is to be called"),
            Kind = kind,
            SavedQuery = SavedQuery(members, kind),
            Range = Range(members, kind, now),
            Cron = Cron(members, zone, cronProblem),
            TimeZone = zone,
            Formats = Formats(members),
            Rows = (int)(members.Number("rows", 1, MaxRows) ?? DefaultRows),
            To = members.Objects("to", MaxTargets, DeliveryTargetJson.Known, DeliveryTargetJson.Example, target => DeliveryTargetJson.Read(target, rules)),
            ChangedAt = now,
            ChangedBy = members.Required("by", MaxBy, "say who wants this"),
        };
    });

    private static string Kind(JsonMembers members)
    {
        var there = string.Join(", ", ReportKind.All);
        var kind = members.Required("kind", 20, $"there are {there}");
        return kind is null || ReportKind.All.Contains(kind) ? kind! : members.Refuse<string>($"kind \"{kind}\" is not understood: there are {there}.")!;
    }

    private static Guid? SavedQuery(JsonMembers members, string kind)
    {
        var text = members.Text("saved_query", 100);
        if (kind != ReportKind.Tasks)
            return text is null ? null : members.Refuse<Guid?>($"saved_query belongs to the kind {ReportKind.Tasks}.");
        return text is null ? members.Refuse<Guid?>("saved_query is missing: give the id of a saved query, whose tasks it is to be of.")
            : Guid.TryParse(text, out var id) ? id
            : members.Refuse<Guid?>($"saved_query \"{text}\" is not an id: take one that /api/v1/saved-queries gave.");
    }

    private static string? Range(JsonMembers members, string kind, DateTime now)
    {
        var text = members.Text("range", 20) ?? (kind == ReportKind.Tasks ? null : ReportRange.Default);
        return text is null || ReportRange.Before(text, now, TimeZoneInfo.Utc) is not null ? text
            : members.Refuse<string>($"range \"{text}\" is not a range: {ReportRange.Rule}.");
    }

    private static string? Cron(JsonMembers members, string? zone, Func<string, string, string?> problem) =>
        members.Text("cron", 200) is not { } text || zone is null ? null
        : problem(text, zone) is { } sentence ? members.Refuse<string>($"cron {sentence}")
        : text;

    private static string Zone(JsonMembers members)
    {
        var text = members.Text("time_zone", 100) ?? ZoneText.Default;
        var (zone, problem) = ZoneText.Parse(text);
        return zone is not null ? text : members.Refuse<string>($"time_zone \"{text}\" {problem}")!;
    }

    private static IReadOnlyList<string> Formats(JsonMembers members)
    {
        var formats = members.Texts("formats", 10, 20);
        if (formats.FirstOrDefault(f => !ReportForm.All.Contains(f)) is { } unknown)
            members.Refuse<string>($"format \"{unknown}\" is not known: there are {string.Join(", ", ReportForm.All)}.");
        return formats.Count == 0 ? ReportForm.All : [.. ReportForm.All.Where(formats.Contains)];
    }
}
