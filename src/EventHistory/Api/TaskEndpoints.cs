using System.Text.Json.Nodes;
using EventHistory.Core.Queries;
using EventHistory.Core.Search;
using EventHistory.Queries;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;

namespace EventHistory.Api;

internal static class TaskEndpoints
{
    private const string OneTask = "/api/v1/tasks/";

    public static void MapTasks(this RouteGroupBuilder api)
    {
        api.MapGet("/tasks", List)
            .WithName("list_tasks").WithTags("Tasks").WithSummary("Tasks, by default those seen last first")
            .WithDescription("A page of the tasks that match every condition. Texts longer than 2,000 characters are cut here; the task itself has them whole.")
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status503ServiceUnavailable)
            .WithQuery(
            [
                .. FilterQuery.Parameters,
                QueryParameter.Choice(TaskListQuery.Sort, "What the list is ordered by; tasks of which it is unknown are not in it.", TaskOrder.Sorts),
                QueryParameter.Choice(TaskListQuery.Direction, "The latest or longest first, or the earliest or shortest.", [TaskListQuery.Descending, TaskListQuery.Ascending]),
                QueryParameter.Set(TaskListQuery.Shown, "Only these fields of each task; by default all.", "id", "state", "runtime"),
                QueryParameter.Choice(TaskListQuery.Total, "Whether to count what matches: exactly up to 10,000, beyond that by an estimate.", ["false", "true"]),
                QueryParameter.Count(TaskListQuery.Count, "How many at most.", TaskListQuery.MaxLimit, TaskListQuery.DefaultLimit),
                QueryParameter.Text(TaskListQuery.At, "next_cursor or previous_cursor of another page in the same order.", "EAjeKEUz0kAAAAAAAAAAQACAAAAAAAAAAQAAAAE"),
            ]);

        api.MapGet("/tasks/facets", Facets)
            .WithName("get_task_facets").WithTags("Tasks").WithSummary("How tasks are spread over states, names, workers and queues")
            .WithDescription("Counts of the tasks that match every condition. Up to 5,000 are counted from their rows; more from rollups, as far as these can tell, "
                + "or else only the ones seen last: basis and is_exact say so.")
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status503ServiceUnavailable)
            .WithQuery([.. FilterQuery.Parameters]);

        api.MapGet("/tasks/histogram", Histogram)
            .WithName("get_task_histogram").WithTags("Tasks").WithSummary("Tasks over time, by state")
            .WithDescription("Counts of the tasks that match every condition, in the range that from and to, first_seen or finished ask for. Up to 50,000 are counted "
                + "from their rows; more from rollups, as far as these can tell, or else only the ones seen last: basis and is_exact say so.")
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status503ServiceUnavailable)
            .WithQuery(
            [
                .. FilterQuery.Parameters,
                QueryParameter.Choice(HistogramQuery.Width, "How wide a bucket is; by default chosen so that there are at most 100.", [.. BucketWidth.All.Select(b => b.Text)]),
            ]);

        api.MapGet("/tasks/{**id}", One)
            .WithName("get_task").WithTags("Tasks").WithSummary("One task, with its story")
            .WithDescription("Everything known of a task: its attempts, its relations, and its events in the order they were recorded, each verbatim. "
                + "Ids are any text: percent-encode the id as a whole (a/b is a%2Fb; a/b works too). "
                + "A task that was pruned is gone (410), with the receipt that says when and by which policy.")
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status410Gone).ProducesProblem(StatusCodes.Status503ServiceUnavailable)
            .WithQuery();
    }

    private static async Task<Results<Ok<TaskListAnswer>, JsonHttpResult<JsonObject>, ProblemHttpResult>> List(
        HttpRequest request, TaskQueries tasks, TimeProvider time, IOptions<JsonOptions> json, CancellationToken ct)
    {
        var (query, problem) = TaskListQuery.Parse(request.Given(), time.GetUtcNow().UtcDateTime);
        if (query is null)
            return ApiProblems.BadRequest(problem!);
        var page = await tasks.List(query.Filter, query.Order, query.Place, query.Limit, ct);
        var total = query.IsCounted ? await tasks.Total(Filter.AllOf(query.Filter, query.Order.Listed), ct) : null;
        var answer = new TaskListAnswer(page.Items, page.Next, page.Previous, total);
        return query.Fields is null ? TypedResults.Ok(answer) : TypedResults.Json(answer.With(query.Fields, json.Value.SerializerOptions));
    }

    private static async Task<Results<Ok<TaskFacets>, ProblemHttpResult>> Facets(
        HttpRequest request, FacetQueries facets, TimeProvider time, CancellationToken ct)
    {
        var (filter, problem) = FilterParameters.Parse(request.Given(), time.GetUtcNow().UtcDateTime);
        return filter is null ? ApiProblems.BadRequest(problem!) : TypedResults.Ok(await facets.Ask(filter, ct));
    }

    private static async Task<Results<Ok<TaskHistogram>, ProblemHttpResult>> Histogram(
        HttpRequest request, HistogramQueries histograms, TimeProvider time, CancellationToken ct)
    {
        var now = time.GetUtcNow().UtcDateTime;
        var (query, problem) = HistogramQuery.Parse(request.Given(), now);
        if (query is null)
            return ApiProblems.BadRequest(problem!);
        var (histogram, refusal) = await histograms.Ask(query, now, ct);
        return histogram is null ? ApiProblems.BadRequest(refusal!) : TypedResults.Ok(histogram);
    }

    private static async Task<Results<Ok<TaskAnswer>, ProblemHttpResult>> One(
        string id, HttpContext context, TaskDetailQueries tasks, PruneReceipts receipts, CancellationToken ct)
    {
        id = TextInUrl.Read(context, OneTask, id);
        return await tasks.Find(id, ct) is { } task ? TypedResults.Ok(TaskAnswer.Of(task))
            : await receipts.Find(id, ct) is { } receipt ? ApiProblems.Gone($"The task \"{id}\" was pruned on {receipt.PrunedAt:yyyy-MM-dd} (UTC), by the retention policy.", receipt)
            : ApiProblems.NotFound($"No event of a task with the id \"{id}\" was recorded.");
    }
}
