using EventHistory.Core.Queries;
using EventHistory.Core.Search;
using EventHistory.Queries;
using Microsoft.AspNetCore.Http.HttpResults;

namespace EventHistory.Api;

internal static class WorkerEndpoints
{
    private const string OneWorker = "/api/v1/workers/";
    private const int DefaultLimit = 200;
    private const int MaxLimit = 1000;
    private const int LatestTasks = 20;

    public static void MapWorkers(this RouteGroupBuilder api)
    {
        api.MapGet("/workers", List)
            .WithName("list_workers").WithTags("Workers").WithSummary("Workers, the one heard last first")
            .WithDescription("Every worker that was ever heard, with its lives: offline means that it said goodbye, silent that it did not.")
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status503ServiceUnavailable)
            .WithQuery(QueryParameter.Count(TaskListQuery.Count, "How many at most.", MaxLimit, DefaultLimit));

        api.MapGet("/workers/{**hostname}", One)
            .WithName("get_worker").WithTags("Workers").WithSummary("One worker, with its lives, its load and the tasks it had last")
            .WithDescription("Times are by the worker's own clock. Buckets of the series are as long as the range asks for; a time without heartbeats has no point.")
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status503ServiceUnavailable)
            .WithQuery(
                QueryParameter.Text(WorkerQuery.Start, "The series begins at this time, by default 24 hours before to. ISO 8601 with a zone, unix seconds, "
                    + "or how long ago: -45s, -30m, -2h, -7d, -2w.", "-24h"),
                QueryParameter.Text(WorkerQuery.End, "The series ends before this time, by default when the worker was last seen; written like from.", "2026-11-21T09:30:00Z"));
    }

    private static async Task<Results<Ok<WorkerList>, ProblemHttpResult>> List(
        HttpRequest request, WorkerQueries workers, TimeProvider time, CancellationToken ct)
    {
        var (limit, problem) = CountText.Read(TaskListQuery.Count, request.Query[TaskListQuery.Count].ToString(), MaxLimit, DefaultLimit);
        return problem is null
            ? TypedResults.Ok(await workers.List(limit, time.GetUtcNow().UtcDateTime, ct))
            : ApiProblems.BadRequest(problem);
    }

    private static async Task<Results<Ok<WorkerAnswer>, ProblemHttpResult>> One(
        string hostname, HttpContext context, WorkerQueries workers, TaskQueries tasks, TimeProvider time, CancellationToken ct)
    {
        var now = time.GetUtcNow().UtcDateTime;
        var (query, problem) = WorkerQuery.Parse(context.Request.Given(), now);
        if (query is null)
            return ApiProblems.BadRequest(problem!);
        hostname = TextInUrl.Read(context, OneWorker, hostname);
        if (await workers.Find(hostname, query, now, ct) is not { } worker)
            return ApiProblems.NotFound($"No worker named \"{hostname}\" was ever heard.");
        var itsTasks = Filter.AllOf(TextTerm.Exactly(TextField.Worker, [worker.Worker.Hostname]), new TimeTerm(TimeField.FirstSeen, null, worker.Range.To));
        var latest = await tasks.List(itsTasks, TaskOrder.Newest, place: null, LatestTasks, ct);
        return TypedResults.Ok(new WorkerAnswer(worker.Worker, worker.Range.From, worker.Range.To, worker.Bucket.TotalSeconds, worker.Series, latest.Items));
    }
}

/// <summary>One worker.</summary>
/// <param name="From">The series covers this time.</param>
/// <param name="Bucket">Seconds that each point of the series stands for.</param>
/// <param name="Series">In order; a time in which it sent no heartbeat and started no task has no point.</param>
/// <param name="Tasks">The latest tasks first seen before the end of the series that it had last; at most 20.</param>
internal sealed record WorkerAnswer(
    WorkerView Worker, DateTime From, DateTime To, double Bucket, IReadOnlyList<WorkerPoint> Series, IReadOnlyList<TaskView> Tasks);
