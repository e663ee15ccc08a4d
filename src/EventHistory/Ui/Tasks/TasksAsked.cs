using System.Globalization;
using EventHistory.Core.Queries;
using EventHistory.Core.Search;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Primitives;

namespace EventHistory.Ui.Tasks;

/// <summary>
/// What the address of the list of tasks says. It takes the parameters of the API, and makes one query of all of them, so that there is one text to
/// read, to change and to pass on.
/// </summary>
/// <param name="Range">One of <see cref="Ranges"/>: when tasks were first seen.</param>
/// <param name="From">Of a custom range, as it was given; so with <paramref name="To"/>.</param>
public sealed record TasksAsked(SearchParts Parts, string Range, string From, string To, TaskOrder Order, IReadOnlyList<TaskColumn> Columns)
{
    public const string Custom = "custom";
    private const string RangeParameter = "range";
    private const string ColumnsParameter = "columns";

    public static readonly IReadOnlyList<(string Value, string Label)> Ranges =
        [("", "Any time"), ("1h", "1 h"), ("24h", "24 h"), ("7d", "7 d"), ("30d", "30 d"), (Custom, "Custom")];

    /// <returns>What is asked for; and if that is not possible, a sentence that says what would be right.</returns>
    public static (TasksAsked Asked, TaskListQuery? Query, string? Problem) Read(IQueryCollection given, DateTime now)
    {
        var (more, problem) = FilterParameters.Parse(Pairs(given, name => name is not (FilterParameters.Query or FilterParameters.From or FilterParameters.To)), now);
        var parts = SearchParts.Of(given[FilterParameters.Query].ToString());
        foreach (var condition in more?.Conditions ?? [])
            parts = parts.With(condition.ToString());
        var (from, to, range) = (given[FilterParameters.From].ToString(), given[FilterParameters.To].ToString(), given[RangeParameter].ToString());
        if (range.Length == 0 && from.Length + to.Length > 0)
            range = Custom;
        if (!Ranges.Any(r => r.Value == range))
            problem ??= $"range \"{range}\" is not known: there are {string.Join(", ", Ranges.Skip(1).Select(r => r.Value))}.";
        var columns = TaskColumn.Chosen([.. given[ColumnsParameter].SelectMany(c => (c ?? "").Split(','))]);
        var asked = new TasksAsked(parts, range, from, to, TaskOrder.Newest, columns);

        var (query, wrong) = TaskListQuery.Parse(
            [.. asked.Filters, .. Pairs(given, name => name is TaskListQuery.Sort or TaskListQuery.Direction or TaskListQuery.At)], now);
        return (query is null ? asked : asked with { Order = query.Order }, problem is null ? query : null, problem ?? wrong);
    }

    public string Text => Parts.ToString();

    public bool IsEverything => Parts.Texts.Count == 0 && Range.Length == 0;

    /// <summary>The page's address; a place in the list is not in it.</summary>
    public string Url => Address("/tasks", Own);

    /// <summary>Of an answer of the API about the same tasks.</summary>
    public string Api(string path, params KeyValuePair<string, string>[] more) => Address(path, [.. more, .. Filters]);

    /// <summary>Of a part of the page, with the same parameters.</summary>
    public string Part(string name) => Address("/tasks/" + name, Own);

    public string At(string cursor) => Address("/tasks", [.. Own, KeyValuePair.Create(TaskListQuery.At, cursor)]);

    /// <summary>With all counts in it, for those who have no script that fetches them.</summary>
    public string WithCounts => Address("/tasks", [.. Own, KeyValuePair.Create("counts", "1")]);

    /// <summary>The question as one text, the range of time included.</summary>
    public string Whole(DateTime now) => Range switch
    {
        "" => Text,
        Custom => FilterParameters.Parse(Filters.Where(p => p.Key != FilterParameters.Query), now).Value is { } range ? Parts.With(range.ToString()).ToString() : Text,
        _ => Parts.With($"first_seen:-{Range}").ToString(),
    };

    public string SortName => TaskOrder.Sorts[(int)Order.Sort];

    /// <summary>The tasks that there would be if nothing were said of a field; null: nothing is.</summary>
    public Filter? Beside(TextField field, DateTime now) =>
        Parts.Beside(field, now) is { } others ? FilterParameters.Parse((this with { Parts = others }).Filters, now).Value : null;

    public TasksAsked Between(DateTime from, DateTime to) => this with { Range = Custom, From = Moment(from), To = Moment(to) };

    /// <summary>In this order; or in the other direction if it is the order already.</summary>
    public TasksAsked SortedBy(TaskSort sort) => this with { Order = new TaskOrder(sort, Order.Sort != sort || !Order.IsDescending) };

    /// <summary>What is to be sent along with a form that has the other parameters as fields.</summary>
    public IEnumerable<KeyValuePair<string, string>> Besides(params string[] fields) => Own.Where(p => !fields.Contains(p.Key));

    private IEnumerable<KeyValuePair<string, string>> Filters =>
    [
        KeyValuePair.Create(FilterParameters.Query, Text),
        KeyValuePair.Create(FilterParameters.From, Range switch { "" => "", Custom => Utc(From), _ => "-" + Range }),
        KeyValuePair.Create(FilterParameters.To, Range == Custom ? Utc(To) : ""),
    ];

    private IEnumerable<KeyValuePair<string, string>> Own =>
        new KeyValuePair<string, string>[]
        {
            new(FilterParameters.Query, Text),
            new(RangeParameter, Range is Custom ? "" : Range),
            new(FilterParameters.From, Range == Custom ? From : ""),
            new(FilterParameters.To, Range == Custom ? To : ""),
            new(TaskListQuery.Sort, Order.Sort == TaskSort.FirstSeen ? "" : SortName),
            new(TaskListQuery.Direction, Order.IsDescending ? "" : TaskListQuery.Ascending),
            new(ColumnsParameter, Columns.SequenceEqual(TaskColumn.Usual) ? "" : string.Join(',', Columns.Select(c => c.Name))),
        }.Where(p => p.Value.Length > 0);

    internal static string Address(string path, IEnumerable<KeyValuePair<string, string>> parameters) =>
        QueryHelpers.AddQueryString(path, parameters.Where(p => p.Value.Length > 0).Select(p => KeyValuePair.Create(p.Key, new StringValues(p.Value))));

    private static IEnumerable<KeyValuePair<string, string>> Pairs(IQueryCollection given, Func<string, bool> wanted) =>
        given.Where(p => wanted(p.Key)).SelectMany(p => p.Value, (p, value) => KeyValuePair.Create(p.Key, value ?? ""));

    private static string Moment(DateTime at) => at.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    // a date field of a form has no zone; ours says UTC
    private static string Utc(string time) => time is [_, _, _, _, '-', ..] && !time.Contains('Z', StringComparison.Ordinal) && time.Length <= 23 ? time + "Z" : time;
}
