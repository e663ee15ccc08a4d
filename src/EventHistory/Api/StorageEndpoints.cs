using EventHistory.Core.Storage;
using EventHistory.Queries;
using Microsoft.AspNetCore.Http.HttpResults;

namespace EventHistory.Api;

internal static class StorageEndpoints
{
    public static void MapStorage(this RouteGroupBuilder api) =>
        api.MapGet("/storage", Read)
            .WithName("get_storage").WithTags("Health").WithSummary("What the history takes on disk, and when it will be full")
            .WithDescription("Measured every hour; the last measurement of each day is kept. The forecast goes on as the last two weeks went.")
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable)
            .WithQuery();

    private static async Task<Ok<StorageView>> Read(StorageQueries storage, TimeProvider time, CancellationToken ct) =>
        TypedResults.Ok(await storage.Read(time.GetUtcNow().UtcDateTime, ct));
}
