using EventHistory.Core.Queries;
using EventHistory.Core.Search;

namespace EventHistory.Core.Reports;

/// <summary>A search as it is sent to be kept: <c>{"name": "Slow mails", "q": "name:mail.* runtime:>10s", "columns": ["id", "runtime"], "sort": "runtime", "by": "ann"}</c>.</summary>
public static class SavedQueryJson
{
    public const int MaxBytes = 64_000;
    public const int MaxName = 200;
    public const int MaxBy = 200;
    public const int MaxColumns = 50;

    private const string Example = "{\"name\": \"Failed mails\", \"q\": \"name:mail.* state:FAILURE\", \"by\": \"your name\"}";

    public static readonly IReadOnlyList<string> DefaultColumns = ["id", "name", "state", "first_seen", "runtime", "worker", "exception"];

    private static readonly string[] _known = ["name", "q", "columns", "sort", "order", "by"];

    /// <param name="id">What it shall have.</param>
    /// <param name="now">UTC: when it is written.</param>
    public static Parsed<SavedQuery> Parse(ReadOnlyMemory<byte> json, Guid id, DateTime now) => JsonMembers.Read(json, _known, Example, members => new SavedQuery
    {
        Id = id,
        Name = members.Required("name", MaxName, "say what it is to be called"),
        Q = Query(members, now),
        Columns = Columns(members),
        Sort = OneOf(members, "sort", TaskOrder.Sorts),
        Order = OneOf(members, "order", [TaskListQuery.Descending, TaskListQuery.Ascending]),
        ChangedAt = now,
        ChangedBy = members.Required("by", MaxBy, "say who keeps this"),
    });

    private static string Query(JsonMembers members, DateTime now)
    {
        var text = members.Text("q", SearchQuery.MaxLength) ?? "";
        if (SearchQuery.Parse(text, now).Problem is { } problem)
            members.Refuse<string>($"q is not a search: {problem}");
        return text;
    }

    private static IReadOnlyList<string> Columns(JsonMembers members)
    {
        var columns = members.Texts("columns", MaxColumns, 50);
        if (columns.FirstOrDefault(c => !TaskFields.All.Contains(c)) is { } unknown)
            members.Refuse<string>(TaskFields.Unknown(unknown));
        return columns.Count == 0 ? DefaultColumns : columns;
    }

    // the first one is the default
    private static string OneOf(JsonMembers members, string name, IReadOnlyList<string> known) =>
        members.Text(name, 50) is not { } text ? known[0]
        : known.Contains(text) ? text
        : members.Refuse<string>($"{name} \"{text}\" is not understood: there are {string.Join(", ", known)}.")!;
}
