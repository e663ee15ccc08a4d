using EventHistory.Core.Search;

namespace EventHistory.Core.Queries;

/// <summary>The query string of a list of tasks, understood: which tasks, in which order, from which place, how many, and what of them.</summary>
/// <param name="Place">Null: the beginning.</param>
/// <param name="Fields">Null: all.</param>
/// <param name="IsCounted">Whether to say how many there are in all.</param>
public sealed record TaskListQuery(Filter Filter, TaskOrder Order, Cursor? Place, int Limit, IReadOnlyList<string>? Fields, bool IsCounted)
{
    public const string Sort = "sort";
    public const string Direction = "order";
    public const string Count = "limit";
    public const string At = "cursor";
    public const string Shown = "fields";
    public const string Total = "total";

    public const string Ascending = "asc";
    public const string Descending = "desc";

    public const int DefaultLimit = 50;
    public const int MaxLimit = 500;

    /// <summary>Reads a filter (<see cref="FilterParameters"/>) and the parameters named above, and leaves others alone. Empty values count as not given, as forms send them.</summary>
    /// <param name="now">UTC; what <c>-2h</c> counts from.</param>
    public static Parsed<TaskListQuery> Parse(IEnumerable<KeyValuePair<string, string>> parameters, DateTime now)
    {
        var given = new GivenParameters(parameters, now);
        var filter = FilterParameters.Read(given);
        var direction = given.One(Direction) is { } asked ? given.OneOf(Direction, asked, [Descending, Ascending]) : Descending;
        var sort = given.One(Sort) is { } by ? given.OneOf(Sort, by, TaskOrder.Sorts) : TaskOrder.Sorts[0];
        var order = TaskOrder.Parse(sort ?? "", direction == Descending) ?? TaskOrder.Newest;
        var place = given.One(At) is { } text ? Cursor.Parse(text, order) ?? given.Refuse<Cursor?>(
            $"cursor \"{text}\" is not one that this list gave: take next_cursor or previous_cursor of a page in this order, unchanged, or leave it out for the first page.") : null;
        var limit = given.Count(Count, MaxLimit, DefaultLimit);
        var fields = TaskFields.Read(given);
        var isCounted = given.One(Total) is { } total && given.OneOf(Total, total, ["true", "false"]) == "true";
        return given.Problem is null ? new(new TaskListQuery(filter!, order, place, limit, fields, isCounted), null) : new(null, given.Problem);
    }
}
