using EventHistory.Core.Watching;
using EventHistory.Queries;
using Microsoft.AspNetCore.Http.HttpResults;

namespace EventHistory.Api;

internal static class FindingEndpoints
{
    private static readonly IReadOnlyList<string> _kinds = [.. StuckKind.All, FindingView.WorkerSilent, FindingView.FailureRegressed];

    public static void MapFindings(this RouteGroupBuilder api)
    {
        api.MapGet("/stuck", (HttpRequest request, FindingQueries findings, TimeProvider time, CancellationToken ct) => List(StuckKind.All, request, findings, time, ct))
            .WithName("list_stuck").WithTags("Health").WithSummary("Tasks that are stuck")
            .WithDescription("Tasks that no worker receives, that wait in a worker, that were started by one that is silent or gone, that run far longer than their kind does, "
                + "whose retry did not come back, or whose ETA has passed. Looked for every minute; over as soon as an event tells otherwise.")
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status503ServiceUnavailable)
            .WithQuery(Parameters(StuckKind.All));

        api.MapGet("/findings", (HttpRequest request, FindingQueries findings, TimeProvider time, CancellationToken ct) => List(_kinds, request, findings, time, ct))
            .WithName("list_findings").WithTags("Health").WithSummary("What is wrong, or was")
            .WithDescription("Stuck tasks, silent workers, failure groups that were resolved and failed again; each with the times it was found and was over.")
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status503ServiceUnavailable)
            .WithQuery(Parameters(_kinds));
    }

    private static QueryParameter[] Parameters(IReadOnlyList<string> kinds) =>
    [
        QueryParameter.Set(FindingListQuery.Kind, $"Only of these kinds: {string.Join(", ", kinds)}.", kinds[0]),
        QueryParameter.Choice(FindingListQuery.State, "Open ones, those that are over, or both.", FindingListQuery.States),
        QueryParameter.Position(FindingListQuery.Ahead, "Only smaller ids: the last one's, for the next page."),
        QueryParameter.Count(FindingListQuery.Count, "How many at most.", FindingListQuery.MaxLimit, FindingListQuery.DefaultLimit),
    ];

    private static async Task<Results<Ok<FindingList>, ProblemHttpResult>> List(
        IReadOnlyList<string> kinds, HttpRequest request, FindingQueries findings, TimeProvider time, CancellationToken ct)
    {
        var (query, problem) = FindingListQuery.Parse(request.Given(), kinds, time.GetUtcNow().UtcDateTime);
        return query is null ? ApiProblems.BadRequest(problem!) : TypedResults.Ok(await findings.List(query, ct));
    }
}
