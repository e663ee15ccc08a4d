using System.Text.Json;
using EventHistory.Core.Queries;
using EventHistory.Core.Reports;
using EventHistory.Core.Search;
using EventHistory.Reports;

namespace EventHistory.Ui.Tasks;

/// <summary><c>/saved</c>: searches that are kept under a name. Each has an address that leads to its tasks.</summary>
internal static class SavedSearches
{
    public const string Path = "/saved";

    public static async Task<Html<SavedPage>> List(SavedQueries saved, CancellationToken ct) => new((nameof(SavedPage.Searches), await saved.All(ct)));

    /// <summary>To the list of its tasks.</summary>
    public static async Task<IResult> Open(string id, SavedQueries saved, CancellationToken ct) =>
        Guid.TryParse(id, out var known) && await saved.Find(known, ct) is { } search ? TypedResults.Redirect(Tasks(search))
            : PageProblems.NotFound("No search is kept under this id: it was deleted, or the address is not whole.");

    public static async Task<IResult> Save(HttpContext context, SavedQueries saved, TimeProvider time, CancellationToken ct)
    {
        if (!context.Request.HasFormContentType)
            return PageProblems.NotUnderstood("A search is sent as a form; programs use POST /api/v1/saved-queries.");
        var form = await context.Request.ReadFormAsync(ct);
        var now = time.GetUtcNow().UtcDateTime;
        var body = JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, object?>
        {
            ["name"] = form["name"].ToString(),
            ["q"] = form["q"].ToString(),
            ["columns"] = form["columns"].ToString().Split(',', StringSplitOptions.RemoveEmptyEntries),
            ["sort"] = form["sort"].ToString(),
            ["order"] = form["order"].ToString(),
            ["by"] = form["by"].ToString(),
        });
        var (search, problem) = SavedQueryJson.Parse(body, Guid.NewGuid(), now);
        if (search is null)
            return PageProblems.NotUnderstood($"The search was not kept. {problem}");
        if (!await saved.Put(search, ct))
            return PageProblems.NotUnderstood($"The search was not kept: another one is called “{search.Name}”. Take another name.");
        VisitorName.Remember(context, search.ChangedBy);
        return TypedResults.Redirect(Path);
    }

    public static async Task<IResult> Delete(string id, SavedQueries saved, CancellationToken ct) =>
        Guid.TryParse(id, out var known) && await saved.Delete(known, ct) ? TypedResults.Redirect(Path)
            : PageProblems.NotUnderstood("The search stays: a report is of it. Delete the report first.");

    public static string Tasks(SavedQuery search) => TasksAsked.Address("/tasks",
    [
        KeyValuePair.Create(FilterParameters.Query, search.Q),
        KeyValuePair.Create(TaskListQuery.Sort, search.Sort == TaskOrder.Sorts[0] ? "" : search.Sort),
        KeyValuePair.Create(TaskListQuery.Direction, search.Order == TaskListQuery.Ascending ? search.Order : ""),
        KeyValuePair.Create("columns", string.Join(',', TaskColumn.All.Where(c => search.Columns.Contains(c.Field)).Select(c => c.Name))),
    ]);
}
