using EventHistory.Core.Queries;
using EventHistory.Core.Search;
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
/// <param name="Search">In the search language.</param>
/// <param name="Name">A task name or a part of names; so with the worker.</param>
/// <param name="Range">1h, 24h, 7d, 30d, custom, or empty for any time.</param>
/// <param name="From">For a custom range, UTC; so with <paramref name="To"/>.</param>
public sealed record TasksForm(IReadOnlyList<string> States, string Search, string Name, string Worker, string Range, string From, string To)
{
    public static readonly IReadOnlyList<(string Value, string Label)> Ranges =
        [("", "Any time"), ("1h", "1 h"), ("24h", "24 h"), ("7d", "7 d"), ("30d", "30 d"), ("custom", "Custom")];

    public static TasksForm Read(IQueryCollection query)
    {
        var from = query[FilterParameters.From].ToString();
        var to = query[FilterParameters.To].ToString();
        var range = query["range"].ToString();
        return new([.. query[FilterParameters.State].SelectMany(s => (s ?? "").Split(',')).Where(s => s.Length > 0).Select(s => s.ToUpperInvariant()).Distinct()],
            query[FilterParameters.Query].ToString(), query[FilterParameters.Name].ToString(), query[FilterParameters.Worker].ToString(),
            range.Length == 0 && from.Length + to.Length > 0 ? "custom" : range, from, to);
    }

    public bool IsEmpty => States.Count == 0 && Search.Length == 0 && Name.Length == 0 && Worker.Length == 0 && Range.Length == 0;

    /// <summary>As the API would be asked. A part of a name stands for every name with it.</summary>
    public IEnumerable<KeyValuePair<string, string>> Parameters(IReadOnlyList<string> names, IReadOnlyList<string> workers) =>
    [
        KeyValuePair.Create(FilterParameters.Query, Search),
        .. States.Select(s => KeyValuePair.Create(FilterParameters.State, s)),
        .. Matching(names, Name).Select(n => KeyValuePair.Create(FilterParameters.Name, FilterParameters.Escape(n))),
        .. Matching(workers, Worker).Select(w => KeyValuePair.Create(FilterParameters.Worker, FilterParameters.Escape(w))),
        KeyValuePair.Create(FilterParameters.From, Range switch { "" => "", "custom" => Utc(From), _ => "-" + Range }),
        KeyValuePair.Create(FilterParameters.To, Range == "custom" ? Utc(To) : ""),
    ];

    public string ToQuery() => QueryHelpers.AddQueryString("", new KeyValuePair<string, StringValues>[]
    {
        new(FilterParameters.State, new StringValues([.. States])),
        new(FilterParameters.Query, Search),
        new(FilterParameters.Name, Name),
        new(FilterParameters.Worker, Worker),
        new("range", Range),
        new(FilterParameters.From, Range == "custom" ? From : ""),
        new(FilterParameters.To, Range == "custom" ? To : ""),
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
