using EventHistory.Core.Queries;
using EventHistory.Queries;
using Microsoft.AspNetCore.Http.HttpResults;

namespace EventHistory.Api;

internal static class WorkerEndpoints
{
    private const int DefaultLimit = 200;
    private const int MaxLimit = 1000;

    public static void MapWorkers(this RouteGroupBuilder api) => api.MapGet("/workers", List)
        .WithName("list_workers").WithTags("Workers").WithSummary("Workers, the one heard last first")
        .WithDescription("Every worker that was ever heard, with its lives: offline means that it said goodbye, silent that it did not.")
        .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status503ServiceUnavailable)
        .WithQuery(QueryParameter.Count(TaskListQuery.Count, "How many at most.", MaxLimit, DefaultLimit));

    private static async Task<Results<Ok<WorkerList>, ProblemHttpResult>> List(
        HttpRequest request, WorkerQueries workers, TimeProvider time, CancellationToken ct)
    {
        var text = request.Query[TaskListQuery.Count].ToString();
        if (Limit(text) is not { } limit)
            return ApiProblems.BadRequest($"limit \"{text}\" is not a number from 1 to {MaxLimit}.");
        return TypedResults.Ok(await workers.List(limit, time.GetUtcNow().UtcDateTime, ct));
    }

    private static int? Limit(string text) =>
        text.Length == 0 ? DefaultLimit
        : int.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out var limit) && limit is >= 1 and <= MaxLimit ? limit
        : null;
}
