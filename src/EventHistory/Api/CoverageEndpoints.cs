using EventHistory.Core.Coverage;
using EventHistory.Queries;
using Microsoft.AspNetCore.Http.HttpResults;

namespace EventHistory.Api;

internal static class CoverageEndpoints
{
    public static void MapCoverage(this RouteGroupBuilder api) => api.MapGet("/coverage", Ask)
        .WithName("get_coverage").WithTags("Coverage").WithSummary("Is a range complete, and if not, what is missing?")
        .WithDescription("What is known of the log's completeness for the events that were sent in a range of time: what the broker dropped before it was read, "
            + "what could not be read, when the recorder was down (no loss while the stream keeps everything), and whether the workers' own counts of "
            + "started tasks agree with the log. What was pruned since is listed, too. No events and no recording never look alike. Times are the senders', in UTC.")
        .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status503ServiceUnavailable)
        .WithQuery(
            QueryParameter.Text(CoverageQuery.Start, "Sent at or after this time; by default 24 hours before to. ISO 8601 with a zone, unix seconds, "
                + "or how long ago: -45s, -30m, -2h, -7d, -2w.", "-24h"),
            QueryParameter.Text(CoverageQuery.End, "Sent before this time; written like from, by default now.", "2026-11-21T09:30:00Z"),
            QueryParameter.Text(CoverageQuery.Only, "Only this source (what Source:Name calls its broker); by default all.", "default"));

    private static async Task<Results<Ok<CoverageAnswer>, ProblemHttpResult>> Ask(
        HttpRequest request, CoverageQueries coverage, TimeProvider time, CancellationToken ct)
    {
        var now = time.GetUtcNow().UtcDateTime;
        var (query, problem) = CoverageQuery.Parse(request.Given(), now);
        if (query is null)
            return ApiProblems.BadRequest(problem!);
        return await coverage.Ask(query, now, ct) is { } answer
            ? TypedResults.Ok(answer)
            : ApiProblems.NotFound($"There is no source \"{query.Source}\": leave it out for all of them.");
    }
}
