using EventHistory.Core.Queries;
using EventHistory.Queries;
using Microsoft.AspNetCore.Http.HttpResults;

namespace EventHistory.Api;

internal static class EventEndpoints
{
    public static void MapEvents(this RouteGroupBuilder api) => api.MapGet("/events", List)
        .WithName("list_events").WithTags("Log").WithSummary("The events of the log, each verbatim")
        .WithDescription("Without parameters the latest events. To follow the log, ask with after=0 (or a later position), and then again and again with next of the "
            + "answer before; /api/v1/stream does the same by itself. A question that finds little may end early with fewer events than limit, or none: go on with "
            + "next while more is true.")
        .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status503ServiceUnavailable)
        .WithQuery(
        [
            .. EventParameters.Filter,
            QueryParameter.Text(EventListQuery.From, "Sent at or after this time, by the sender's clock. ISO 8601 with a zone, unix seconds, or how long ago: "
                + "-45s, -30m, -2h, -7d, -2w.", "-1h"),
            QueryParameter.Text(EventListQuery.To, "Sent before this time; written like from.", "2026-11-21T09:30:00Z"),
            QueryParameter.Position(EventListQuery.Behind, "Only later positions than this one; 0 for the beginning of the log.", first: 0),
            QueryParameter.Position(EventListQuery.Ahead, "Only earlier positions than this one."),
            QueryParameter.Text(EventListQuery.Order, "asc (by position) or desc (the latest first); by default asc if after is given, else desc.", "desc"),
            QueryParameter.Count(EventListQuery.Count, "How many at most.", EventListQuery.MaxLimit, EventListQuery.DefaultLimit),
        ]);

    private static async Task<Results<Ok<EventListAnswer>, ProblemHttpResult>> List(
        HttpRequest request, EventListQueries events, TimeProvider time, CancellationToken ct)
    {
        var (query, problem) = EventListQuery.Parse(request.Given(), time.GetUtcNow().UtcDateTime);
        if (query is null)
            return ApiProblems.BadRequest(problem!);
        var (page, refusal) = await events.List(query, ct);
        return page is null ? ApiProblems.BadRequest(refusal!) : TypedResults.Ok(EventListAnswer.Of(page));
    }
}

/// <summary>What list and stream of events have in common.</summary>
internal static class EventParameters
{
    public static readonly IReadOnlyList<QueryParameter> Filter =
    [
        QueryParameter.Set(EventListQuery.Type, "Any of these event types. Repeat it, or separate by commas (\\, is a comma inside a value); so too with worker.",
            "task-failed", "task-retried"),
        QueryParameter.Set(EventListQuery.Task, "About any of these tasks: their ids. Repeat it; a comma is a part of the id.", "d93e7b96-3b5e-4d57-9a3c-000000000001"),
        QueryParameter.Set(EventListQuery.Worker, "Sent by any of these workers (node names).", "celery@worker1"),
        QueryParameter.Text(EventListQuery.Only, "Of which broker (Source:Name), if there are several.", "default"),
    ];
}

/// <summary>Events of the log, and how to go on.</summary>
/// <param name="Source">Whose log; null: there is none yet.</param>
/// <param name="Events">In the order asked for.</param>
/// <param name="Next">What to give as after (order asc) or before (order desc) to go on; null: at the beginning of the log, going backwards.</param>
/// <param name="More">True if there is more to look at now.</param>
internal sealed record EventListAnswer(string? Source, IReadOnlyList<EventAnswer> Events, long? Next, bool More)
{
    public static EventListAnswer Of(EventPage page) => new(page.Source, [.. page.Events.Select(EventAnswer.Of)], page.Next, page.More);
}
