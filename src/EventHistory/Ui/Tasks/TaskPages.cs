using EventHistory.Core.Queries;
using EventHistory.Core.Retention;
using EventHistory.Core.Search;
using EventHistory.Core.Tasks;
using EventHistory.Queries;
using EventHistory.Retention;

namespace EventHistory.Ui.Tasks;

/// <summary><c>/tasks</c> with its parts, <c>/task/{id}</c> and <c>/compare</c>.</summary>
internal static class TaskPages
{
    private const int PageSize = 50;
    private const int MaxSuggestions = 500;
    private const int MaxKeys = 50;

    public static async Task<Html<TasksPage>> List(
        HttpRequest request, TaskQueries tasks, FacetQueries facets, HistogramQueries histograms, TimeProvider time, CancellationToken ct)
    {
        var now = time.GetUtcNow().UtcDateTime;
        var (asked, query, problem) = TasksAsked.Read(request.Query, now);
        var page = query is null ? new([], null, null) : await tasks.List(query.Filter, query.Order, query.Place, PageSize, ct);
        var hasAny = page.Items.Count > 0 || (await tasks.List(Filter.Everything, TaskOrder.Newest, null, 1, ct)).Items.Count > 0;
        var counts = query is null || !request.Query.ContainsKey("counts") ? null
            : new TaskCounts(await Facets(asked, query.Filter, facets, now, ct), await Histogram(asked, query.Filter, histograms, now, ct));
        var model = new TasksModel(asked, query?.Place is null, problem, page, hasAny, counts, VisitorName.Of(request.HttpContext));
        return new((nameof(TasksPage.Model), model)) { Status = problem is null ? StatusCodes.Status200OK : StatusCodes.Status400BadRequest };
    }

    public static async Task<IResult> Facets(HttpRequest request, FacetQueries facets, TimeProvider time, CancellationToken ct)
    {
        var now = time.GetUtcNow().UtcDateTime;
        var (asked, query, _) = TasksAsked.Read(request.Query, now);
        return query is null ? TypedResults.NoContent()
            : new Html<FacetsPart>((nameof(FacetsPart.Model), await Facets(asked, query.Filter, facets, now, ct)));
    }

    // of a field in which something is chosen, the other values are counted as if nothing were: what would be there if they were chosen as well
    private static async Task<FacetsModel> Facets(TasksAsked asked, Filter filter, FacetQueries facets, DateTime now, CancellationToken ct)
    {
        var (state, name, worker, queue) = (Other(TextField.State), Other(TextField.Name), Other(TextField.Worker), Other(TextField.Queue));
        var all = await facets.Ask(filter, ct);
        return new(asked, new TaskFacets((await state)?.State ?? all.State, (await name)?.Name ?? all.Name, (await worker)?.Worker ?? all.Worker, (await queue)?.Queue ?? all.Queue), now);

        async Task<TaskFacets?> Other(TextField field) => asked.Beside(field, now) is { } others ? await facets.Ask(others, ct) : null;
    }

    public static async Task<IResult> Histogram(HttpRequest request, HistogramQueries histograms, TimeProvider time, CancellationToken ct)
    {
        var now = time.GetUtcNow().UtcDateTime;
        var (asked, query, _) = TasksAsked.Read(request.Query, now);
        return query is null ? TypedResults.NoContent()
            : new Html<HistogramPart>((nameof(HistogramPart.Model), await Histogram(asked, query.Filter, histograms, now, ct)));
    }

    /// <summary>What may be written into the search field.</summary>
    public static async Task<IResult> Words(TaskQueries tasks, WorkerQueries workers, TimeProvider time, CancellationToken ct) => TypedResults.Json(new
    {
        SearchWords.Qualifiers,
        Values = new Dictionary<string, IReadOnlyList<string>>
        {
            ["state"] = TaskStates.All,
            ["name"] = await tasks.Names(MaxSuggestions, ct),
            ["worker"] = await workers.Names(MaxSuggestions, ct),
            ["queue"] = await tasks.Queues(MaxSuggestions, time.GetUtcNow().UtcDateTime, ct),
            ["has"] = SearchWords.Things,
            ["is"] = SearchWords.Qualities,
        },
    });

    /// <summary>Keys of keyword arguments, as the latest tasks have them: those of the names that the search field has already.</summary>
    public static async Task<IResult> Keys(HttpRequest request, TaskQueries tasks, TimeProvider time, CancellationToken ct)
    {
        var now = time.GetUtcNow().UtcDateTime;
        var names = SearchParts.Of(request.Query["q"].ToString()).Texts.Select(text => SearchQuery.Parse(text, now).Value).OfType<TextTerm>().Where(t => t.Field == TextField.Name);
        var latest = await tasks.List(Filter.AllOf([.. names]), TaskOrder.Newest, null, PageSize, ct);
        return TypedResults.Json(KeywordKeys.Of(latest.Items, MaxKeys));
    }

    public static async Task<IResult> One(
        string? id, HttpContext context, TaskDetailQueries tasks, PruneReceipts receipts, RetentionPolicies policies, Pins pins, CancellationToken ct)
    {
        id = TextInUrl.Read(context, "/task/", id ?? "");
        if (id.Length == 0)
            return TypedResults.Redirect("/tasks");
        if (await tasks.Find(id, ct) is not { } task)
            return await receipts.Find(id, ct) is { } receipt ? Pruned(id, receipt) : Unknown(id);
        return new Html<TaskPage>(
            (nameof(TaskPage.Model), task),
            (nameof(TaskPage.Story), StoryView.Of(context.Request.Query["story"].ToString())),
            (nameof(TaskPage.Keeping), await Keeping.Of(task, context, policies, pins, problem: null, ct)));
    }

    /// <summary>Two tasks side by side; without a second one, the latest of its kind that succeeded.</summary>
    public static async Task<IResult> Compare(HttpRequest request, TaskDetailQueries details, TaskQueries tasks, CancellationToken ct)
    {
        var (one, other) = (request.Query["one"].ToString().Trim(), request.Query["other"].ToString().Trim());
        if (one.Length == 0)
            return PageProblems.NotFound("There is nothing to compare: the address must say one=, the id of a task.");
        if (await details.Find(one, ct) is not { } left)
            return Unknown(one);
        if (other.Length == 0)
            other = await LastSuccess(left.Task, tasks, ct) ?? "";
        var right = other.Length == 0 ? null : await details.Find(other, ct);
        return new Html<ComparePage>((nameof(ComparePage.One), left), (nameof(ComparePage.Other), right), (nameof(ComparePage.Asked), other))
        {
            Status = right is null && other.Length > 0 ? StatusCodes.Status404NotFound : StatusCodes.Status200OK,
        };
    }

    private static async Task<string?> LastSuccess(TaskView task, TaskQueries tasks, CancellationToken ct)
    {
        if (task.Name is null)
            return null;
        var alike = Filter.AllOf(TextTerm.Exactly(TextField.Name, [task.Name]), TextTerm.Exactly(TextField.State, [TaskStates.Success]));
        var latest = await tasks.List(alike, TaskOrder.Newest, null, 2, ct);
        return latest.Items.FirstOrDefault(t => t.Id != task.Id)?.Id;
    }

    private static async Task<HistogramModel> Histogram(TasksAsked asked, Filter filter, HistogramQueries histograms, DateTime now, CancellationToken ct)
    {
        var (histogram, problem) = await histograms.Ask(new HistogramQuery(filter, Bucket: null), now, ct);
        return new(asked, histogram, problem);
    }

    private static Html<MessagePage> Pruned(string id, PruneReceipt receipt) => PageProblems.Gone(
        $"The task “{Show.Cut(id, 300)}” was here. It was pruned on {receipt.PrunedAt:yyyy-MM-dd} (UTC) by the retention policy, with {Show.Count(receipt.Tasks - 1)} others of that day; what was counted of it stays.");

    public static Html<MessagePage> Unknown(string id) => PageProblems.NotFound($"No event of a task with the id “{Show.Cut(id, 300)}” was recorded.");
}
