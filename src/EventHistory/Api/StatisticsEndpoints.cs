using EventHistory.Core.Queries;
using EventHistory.Core.Search;
using EventHistory.Core.Statistics;
using EventHistory.Queries;
using Microsoft.AspNetCore.Http.HttpResults;

namespace EventHistory.Api;

/// <summary>How long tasks take, how many finish, and how much is stored.</summary>
internal static class StatisticsEndpoints
{
    private const string WhereFrom = "From rollups where they have the answer (no filter, or one on name, worker or queue alone, which then is what it may be split by): "
        + "that costs the same whatever the number of tasks. Otherwise from rows, and cut off when it takes too long. source says which.";

    public static void MapStatistics(this RouteGroupBuilder api)
    {
        api.MapGet("/runtimes", Runtimes)
            .WithName("get_runtimes").WithTags("Statistics").WithSummary("How long tasks take: count, mean, least, greatest and percentiles, in seconds")
            .WithDescription("Of the tasks that finished in the range. " + WhereFrom + " Percentiles from rollups are right to 1 %, those from rows exactly; end_to_end is in rows only.")
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status503ServiceUnavailable)
            .WithQuery(
                [QueryParameter.Set(RuntimesQuery.Of, "What is measured: runtime (the default; of tasks that succeeded), queue_wait, worker_wait, end_to_end.", "runtime", "queue_wait"),
                By, QueryParameter.Text(StatisticsParameters.Bucket, $"Measures each stretch of this width, too: {BucketWidth.Rule.Split(';')[0]}.", "1h"),
                .. Range, Limit(StatisticsParameters.DefaultLimit), .. Tasks]);

        api.MapGet("/throughput", Throughput)
            .WithName("get_throughput").WithTags("Statistics").WithSummary("How many tasks finish over time, by outcome")
            .WithDescription("Of the tasks that finished in the range. " + WhereFrom)
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status503ServiceUnavailable)
            .WithQuery([By, QueryParameter.Text(StatisticsParameters.Bucket, $"Width of a bucket: {BucketWidth.Rule}.", "1h"), .. Range, Limit(ThroughputQuery.DefaultLimit), .. Tasks]);

        api.MapGet("/stats", Stats)
            .WithName("get_stats").WithTags("Statistics").WithSummary("How much is stored, how fast it grows, and how far recording is")
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status503ServiceUnavailable)
            .WithQuery();
    }

    private static QueryParameter By => QueryParameter.Text(StatisticsParameters.By, "Splits the answer by name, worker or queue; without it all tasks are taken together.", "name");

    private static QueryParameter Limit(int byDefault) =>
        QueryParameter.Count(StatisticsParameters.Limit, "How many names, workers or queues at most: those with the most tasks.", StatisticsParameters.MaxLimit, byDefault);

    private static IEnumerable<QueryParameter> Range =>
    [
        QueryParameter.Text(StatisticsParameters.From, "Finished at or after this time, by default 24 hours before to. ISO 8601 with a zone, unix seconds, "
            + "or how long ago: -45s, -30m, -2h, -7d, -2w. Rollups count whole minutes.", "-7d"),
        QueryParameter.Text(StatisticsParameters.To, "Finished before this time; written like from, by default now.", "2026-11-21T09:30:00Z"),
    ];

    // from and to are about the end of tasks here
    private static IEnumerable<QueryParameter> Tasks => FilterQuery.Parameters.Where(p => p.Name is not (FilterParameters.From or FilterParameters.To));

    private static async Task<Results<Ok<RuntimesAnswer>, ProblemHttpResult>> Runtimes(
        HttpRequest request, RuntimesQueries runtimes, TimeProvider time, CancellationToken ct)
    {
        var (query, problem) = RuntimesQuery.Parse([.. request.Given()], time.GetUtcNow().UtcDateTime);
        return query is null ? ApiProblems.BadRequest(problem!) : TypedResults.Ok(await runtimes.Ask(query, ct));
    }

    private static async Task<Results<Ok<ThroughputAnswer>, ProblemHttpResult>> Throughput(
        HttpRequest request, ThroughputQueries throughput, TimeProvider time, CancellationToken ct)
    {
        var (query, problem) = ThroughputQuery.Parse([.. request.Given()], time.GetUtcNow().UtcDateTime);
        return query is null ? ApiProblems.BadRequest(problem!) : TypedResults.Ok(await throughput.Ask(query, ct));
    }

    private static async Task<Results<Ok<StatsAnswer>, ProblemHttpResult>> Stats(StatsQueries stats, TimeProvider time, CancellationToken ct) =>
        TypedResults.Ok(await stats.Ask(time.GetUtcNow().UtcDateTime, ct));
}
