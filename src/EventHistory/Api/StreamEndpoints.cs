using EventHistory.Core.Queries;
using EventHistory.Queries;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace EventHistory.Api;

internal static class StreamEndpoints
{
    public static void MapStream(this RouteGroupBuilder api) => api.MapGet("/stream", Follow)
        .WithName("stream_events").WithTags("Log").WithSummary("The events of the log as they are recorded (server-sent events)")
        .WithDescription("Each message is one event: its position as id, and as data the JSON of /api/v1/events. Whoever comes back with Last-Event-ID (browsers do so by "
            + "themselves) goes on behind that position and misses nothing. At least every 15 seconds something comes, if only a comment and the position. The last message is an "
            + "event \"end\" with its reason: slow (the client does not keep up), stopping, or failed.")
        .Produces<string>(StatusCodes.Status200OK, "text/event-stream")
        .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status503ServiceUnavailable)
        .WithQuery(
        [
            QueryParameter.Text(LiveQuery.Query, "In the search language (docs/search.md), as far as a single event can answer: id, name, state (that it brings the task into), worker, queue, "
                + "args, kwargs, result, exception, traceback, root, parent, retries, runtime, has, is:root, is:finished. Given with the parameters below, all must hold.",
                "state:FAILURE name:shop.*"),
            .. EventParameters.Filter,
            QueryParameter.Set(LiveQuery.Name, "Of tasks with any of these names, in full.", "shop.orders.place"),
            QueryParameter.Position(LiveQuery.Behind, "Begin behind this position, 0 for the beginning of the log; by default with what is recorded from now on. "
                + "The header Last-Event-ID says the same, and counts more.", first: 0),
        ]);

    private static async Task<Results<EmptyHttpResult, ProblemHttpResult>> Follow(
        HttpContext context, FollowQueries log, LiveLog live, NpgsqlDataSource database, TimeProvider time, IHostApplicationLifetime lifetime, CancellationToken ct)
    {
        var (query, problem) = LiveQuery.Parse(context.Request.Given(), context.Request.Headers["Last-Event-ID"], time.GetUtcNow().UtcDateTime);
        if (query is null)
            return ApiProblems.BadRequest(problem!);
        var (end, refusal) = await log.End(query.Source, ct);
        if (refusal is not null)
            return ApiProblems.BadRequest(refusal);
        if (end is null)
            return ApiProblems.NotNow("There is no log yet", "Nothing has been recorded yet: come back in a moment.");
        if (!live.TryEnter())
            return ApiProblems.NotNow("Too many streams", $"{LiveLog.MostClients} clients follow the log already: end one of them, or ask /api/v1/events now and then.");
        try
        {
            context.Features.GetRequiredFeature<IHttpResponseBodyFeature>().DisableBuffering();
            context.Response.ContentType = "text/event-stream";
            context.Response.Headers.CacheControl = "no-store";
            context.Response.Headers["X-Accel-Buffering"] = "no"; // nginx would collect what is to be seen at once
            await new LiveStream(log, live.TailOf(end.Source), new TaskNames(database), end, query, context.Response.BodyWriter).Run(ct, lifetime.ApplicationStopping);
        }
        finally
        {
            live.Leave();
        }
        return TypedResults.Empty;
    }
}
