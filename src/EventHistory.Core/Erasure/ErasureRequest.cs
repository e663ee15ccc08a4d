using EventHistory.Core.Celery;
using EventHistory.Core.Queries;
using EventHistory.Core.Search;

namespace EventHistory.Core.Erasure;

/// <summary>Somebody asks that tasks be erased: from the read models and from the log, for ever.</summary>
/// <param name="Ids">These tasks; none: those that match the filter.</param>
/// <param name="Filter">Null: ids are given.</param>
/// <param name="Limit">If more match, nothing is erased.</param>
/// <param name="By">Who asks.</param>
/// <param name="Why">Kept with it, so it should not say what is to be forgotten.</param>
/// <param name="Unfinished">Whether tasks that are not finished may go, too.</param>
public sealed record ErasureRequest(IReadOnlyList<TaskId> Ids, Filter? Filter, int Limit, string By, string Why, bool Unfinished)
{
    public const int MaxTasks = 10_000;
    public const int DefaultLimit = 100;
    public const int MaxBy = 200;
    public const int MaxWhy = 2000;

    /// <param name="ids">Of tasks.</param>
    /// <param name="query">Or which ones, in the search language.</param>
    /// <param name="limit">Null: <see cref="DefaultLimit"/>.</param>
    /// <param name="now">UTC; what <c>-7d</c> counts from.</param>
    /// <returns>The request; or what is wrong with it, as a sentence.</returns>
    public static Parsed<ErasureRequest> Of(IReadOnlyList<string> ids, string? query, long? limit, string? by, string? why, bool unfinished, DateTime now)
    {
        if (ids.Count > 0 == query is not null)
            return Refused("Say which tasks: either their ids, or q, a filter that finds them.");
        if (ids.Count > MaxTasks)
            return Refused($"No more than {MaxTasks} tasks can be erased at once.");
        if (limit is not null && query is null)
            return Refused("limit belongs to q.");
        if (limit is < 1 or > MaxTasks)
            return Refused($"limit is not a whole number from 1 to {MaxTasks}.");
        if (Missing(by, "by", "who asks for it", MaxBy) is { } nobody)
            return Refused(nobody);
        if (Missing(why, "why", "for what reason; it is kept, so leave out what is to be forgotten", MaxWhy) is { } noReason)
            return Refused(noReason);
        Filter? filter = null;
        if (query is not null)
        {
            (filter, var problem) = SearchQuery.Parse(query, now);
            if (filter is null)
                return Refused($"q is not understood: {problem}");
            if (filter.IsEverything)
                return Refused("q is empty: say which tasks are to be erased.");
        }
        return new(new ErasureRequest([.. ids.Distinct(StringComparer.Ordinal).Select(TaskId.Parse)], filter, (int)(limit ?? DefaultLimit), by!.Trim(), why!.Trim(), unfinished), null);
    }

    private static string? Missing(string? text, string name, string what, int longest) =>
        string.IsNullOrWhiteSpace(text) ? $"{name} is missing: say {what}."
        : text.Length > longest ? $"{name} is longer than {longest} characters."
        : null;

    private static Parsed<ErasureRequest> Refused(string sentence) => new(null, sentence);
}
