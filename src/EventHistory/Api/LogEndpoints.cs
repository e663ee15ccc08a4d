using System.Globalization;
using EventHistory.Core.Queries;
using EventHistory.Queries;
using Microsoft.AspNetCore.Http.HttpResults;

namespace EventHistory.Api;

internal static class LogEndpoints
{
    private const string Position = "position";

    public static void MapLog(this RouteGroupBuilder api) => api.MapGet("/log/head", Head)
        .WithName("get_log_head").WithTags("Log").WithSummary("Where the log ends, and the last link of its hash chain")
        .WithDescription("Note position and chain elsewhere: eventhistory verify --head POSITION:CHAIN proves later that no event up to there was changed, "
            + "taken away or put in. There is one head for each source.")
        .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status503ServiceUnavailable)
        .WithQuery(QueryParameter.Position(Position, "Not the last link, but the last one that ends at or before this position."));

    private static async Task<Results<Ok<LogHeads>, ProblemHttpResult>> Head(HttpRequest request, HttpResponse response, LogQueries log, CancellationToken ct)
    {
        var text = request.Query[Position].ToString();
        long? position = long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var given) && given > 0 ? given : null;
        if (position is null && text.Length > 0)
            return ApiProblems.BadRequest($"position \"{text}\" is not a whole number from 1.");
        response.Headers.CacheControl = "no-store";
        return TypedResults.Ok(await log.Heads(position, ct));
    }
}
