using EventHistory.Core.Watching;
using EventHistory.Queries;

namespace EventHistory.Ui.Watching;

/// <summary><c>/stuck</c>: tasks that do not go on, and workers that fell silent.</summary>
internal static class StuckPages
{
    private const int PageSize = 100;

    /// <summary>What keeps a task from going on.</summary>
    public static readonly IReadOnlyList<string> Kinds = [.. StuckKind.All, FindingView.WorkerSilent];

    public static async Task<IResult> List(HttpRequest request, FindingQueries findings, TimeProvider time, CancellationToken ct)
    {
        var now = time.GetUtcNow().UtcDateTime;
        var (query, problem) = FindingListQuery.Parse(
            request.Query.SelectMany(p => p.Value, (p, value) => KeyValuePair.Create(p.Key, value ?? "")).Where(p => p.Key != FindingListQuery.Count), Kinds, now);
        if (query is null)
            return PageProblems.NotUnderstood(problem!);
        var list = await findings.List(query with { Limit = PageSize }, ct);
        var all = query.Kinds.Count == Kinds.Count ? list.Open : (await findings.List(new FindingListQuery(Kinds, true, null, 1), ct)).Open;
        return new Html<StuckPage>((nameof(StuckPage.Model), new StuckModel(
            query.Kinds.Count == Kinds.Count ? null : query.Kinds[0], query.Open != false, list.Items, all, list.Items.Count == PageSize ? list.Items[^1].Id : null)));
    }
}

/// <param name="Kind">Only of this one; null: of all.</param>
/// <param name="IsOpen">Those that are; else those that are over.</param>
/// <param name="Open">By kind, how many are open.</param>
/// <param name="Next">Where the next page goes on; null: this is the last one.</param>
public sealed record StuckModel(string? Kind, bool IsOpen, IReadOnlyList<FindingView> Findings, IReadOnlyDictionary<string, long> Open, long? Next);
