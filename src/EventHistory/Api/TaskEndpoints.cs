using EventHistory.Core.Queries;
using EventHistory.Queries;
using Microsoft.AspNetCore.Http.HttpResults;

namespace EventHistory.Api;

internal static class TaskEndpoints
{
    private const string OneTask = "/api/v1/tasks/";

    public static void MapTasks(this RouteGroupBuilder api)
    {
        api.MapGet("/tasks", List)
            .WithName("list_tasks").WithTags("Tasks").WithSummary("Tasks, newest first")
            .WithDescription("A page of the tasks that match every condition. Texts longer than 2,000 characters are cut here; the task itself has them whole.")
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status503ServiceUnavailable)
            .WithQuery(
                QueryParameter.Set(TaskListQuery.State, "Any of these states: PENDING, RECEIVED, STARTED, SUCCESS, FAILURE, RETRY, REVOKED, REJECTED, "
                    + "or an application's own. Repeat it, or separate by commas (\\, is a comma inside a value); so too with name and worker.", "FAILURE", "RETRY"),
                QueryParameter.Set(TaskListQuery.Name, "Any of these task names, in full.", "shop.orders.place"),
                QueryParameter.Set(TaskListQuery.Worker, "Any of these workers (node names): the one that had the task last.", "celery@worker1"),
                QueryParameter.Text(TaskListQuery.From, "First seen at or after this time. ISO 8601 with a zone, unix seconds, or how long ago: -45s, -30m, -2h, -7d, -2w.", "-24h"),
                QueryParameter.Text(TaskListQuery.To, "First seen before this time; written like from.", "2026-11-21T09:30:00Z"),
                QueryParameter.Count(TaskListQuery.Count, "How many at most.", TaskListQuery.MaxLimit, TaskListQuery.DefaultLimit),
                QueryParameter.Text(TaskListQuery.Place, "next_cursor of the page before.", "CN6kBVTzQAAAAAAAAABAAIAAAAAAAAAB"));

        api.MapGet("/tasks/{**id}", One)
            .WithName("get_task").WithTags("Tasks").WithSummary("One task, with its story")
            .WithDescription("Everything known of a task: its attempts, its relations, and its events in the order they were recorded, each verbatim. "
                + "Ids are any text: percent-encode the id as a whole (a/b is a%2Fb; a/b works too).")
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status503ServiceUnavailable)
            .WithQuery();
    }

    private static async Task<Results<Ok<TaskListAnswer>, ProblemHttpResult>> List(
        HttpRequest request, TaskQueries tasks, TimeProvider time, CancellationToken ct)
    {
        var given = request.Query.SelectMany(p => p.Value, (p, value) => KeyValuePair.Create(p.Key, value ?? ""));
        var (query, problem) = TaskListQuery.Parse(given, time.GetUtcNow().UtcDateTime);
        if (query is null)
            return ApiProblems.BadRequest(problem!);
        var page = await tasks.List(query.Filter, query.After, query.Limit, ct);
        return TypedResults.Ok(new TaskListAnswer(page.Items, page.Next));
    }

    private static async Task<Results<Ok<TaskAnswer>, ProblemHttpResult>> One(
        string id, HttpContext context, TaskDetailQueries tasks, CancellationToken ct)
    {
        id = TaskIdInUrl.Read(context, OneTask, id);
        return await tasks.Find(id, ct) is { } task
            ? TypedResults.Ok(TaskAnswer.Of(task))
            : ApiProblems.NotFound($"No event of a task with the id \"{id}\" was recorded.");
    }
}
