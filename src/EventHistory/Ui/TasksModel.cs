using EventHistory.Core.Queries;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Primitives;

namespace EventHistory.Ui;

/// <summary>What the tasks page shows: its filter as it was filled in, and the tasks that match.</summary>
/// <param name="Query">The filter as a query string, without a place in the list.</param>
/// <param name="Problem">Why the filter is not understood; then there are no tasks.</param>
public sealed record TasksModel(TasksForm Form, string Query, bool IsFirst, string? Problem, Page<TaskView> Page)
{
    /// <summary>To choose from.</summary>
    public IReadOnlyList<string> Names { get; init; } = [];
    public IReadOnlyList<string> Workers { get; init; } = [];
    /// <summary>False: nothing was ever recorded.</summary>
    public bool HasAny { get; init; } = true;
}

/// <summary>The filter's fields as the form sends them, each may be empty.</summary>
/// <param name="Name">A task name or a part of names; so with the worker.</param>
/// <param name="Range">1h, 24h, 7d, 30d, custom, or empty for any time.</param>
/// <param name="From">For a custom range, UTC; so with <paramref name="To"/>.</param>
public sealed record TasksForm(IReadOnlyList<string> States, string Name, string Worker, string Range, string From, string To)
{
    public static readonly IReadOnlyList<(string Value, string Label)> Ranges =
        [("", "Any time"), ("1h", "1 h"), ("24h", "24 h"), ("7d", "7 d"), ("30d", "30 d"), ("custom", "Custom")];

    public static TasksForm Read(IQueryCollection query)
    {
        var from = query[TaskListQuery.From].ToString();
        var to = query[TaskListQuery.To].ToString();
        var range = query["range"].ToString();
        return new([.. query[TaskListQuery.State].SelectMany(s => (s ?? "").Split(',')).Where(s => s.Length > 0).Select(s => s.ToUpperInvariant()).Distinct()],
            query[TaskListQuery.Name].ToString(), query[TaskListQuery.Worker].ToString(),
            range.Length == 0 && from.Length + to.Length > 0 ? "custom" : range, from, to);
    }

    public bool IsEmpty => States.Count == 0 && Name.Length == 0 && Worker.Length == 0 && Range.Length == 0;

    /// <summary>As the API would be asked. A part of a name stands for every name with it.</summary>
    public IEnumerable<KeyValuePair<string, string>> Parameters(IReadOnlyList<string> names, IReadOnlyList<string> workers) =>
    [
        .. States.Select(s => KeyValuePair.Create(TaskListQuery.State, s)),
        .. Matching(names, Name).Select(n => KeyValuePair.Create(TaskListQuery.Name, TaskListQuery.Escape(n))),
        .. Matching(workers, Worker).Select(w => KeyValuePair.Create(TaskListQuery.Worker, TaskListQuery.Escape(w))),
        KeyValuePair.Create(TaskListQuery.From, Range switch { "" => "", "custom" => Utc(From), _ => "-" + Range }),
        KeyValuePair.Create(TaskListQuery.To, Range == "custom" ? Utc(To) : ""),
    ];

    public string ToQuery() => QueryHelpers.AddQueryString("", new KeyValuePair<string, StringValues>[]
    {
        new(TaskListQuery.State, new StringValues([.. States])),
        new(TaskListQuery.Name, Name),
        new(TaskListQuery.Worker, Worker),
        new("range", Range),
        new(TaskListQuery.From, Range == "custom" ? From : ""),
        new(TaskListQuery.To, Range == "custom" ? To : ""),
    }.Where(p => p.Value.ToString().Length > 0));

    // a date field of a form has no zone; ours says UTC
    private static string Utc(string time) => time is [_, _, _, _, '-', ..] && !time.Contains('Z', StringComparison.Ordinal) && time.Length <= 23 ? time + "Z" : time;

    private static List<string> Matching(IReadOnlyList<string> known, string part)
    {
        if (part.Length == 0)
            return [];
        var matching = known.Contains(part) ? [] : known.Where(k => k.Contains(part, StringComparison.OrdinalIgnoreCase)).ToList();
        return matching.Count > 0 ? matching : [part];
    }
}
