using System.Text.Json.Nodes;
using EventHistory.Core.Failures;
using EventHistory.Core.Queries;
using EventHistory.Queries;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace EventHistory.Api;

internal static class FailureEndpoints
{
    public static void MapFailures(this RouteGroupBuilder api)
    {
        api.MapGet("/failures", List)
            .WithName("list_failures").WithTags("Failures").WithSummary("What fails, in groups")
            .WithDescription("Failed tasks in groups: those whose exceptions have their type and the places of the application's own code in common. "
                + "Counts are of the tasks that ended as FAILURE in the range, from rollups: they are there also when the tasks are not any more.")
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status503ServiceUnavailable)
            .WithQuery(
                QueryParameter.Set(FailureListQuery.Name, "Only failures of tasks with any of these names. Repeat it, or separate by commas (\\, is a comma inside a name).",
                    "shop.orders.place"),
                QueryParameter.Set(FailureListQuery.State, "Only groups in any of these states: open, regressed, ignored, resolved.", FailureDecision.Open, FailureDecision.Regressed),
                From, To, Bucket,
                QueryParameter.Text(FailureListQuery.Order, "failed: the most frequent first; last_seen, first_seen: the latest first.", FailureListQuery.ByFailed),
                QueryParameter.Count(FailureListQuery.Count, "How many at most.", FailureListQuery.MaxLimit, FailureListQuery.DefaultLimit));

        api.MapGet("/failures/{id}", One)
            .WithName("get_failure").WithTags("Failures").WithSummary("One failure group, and what was decided about it")
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status503ServiceUnavailable)
            .WithQuery(From, To, Bucket)
            .AddOpenApiOperationTransformer(DescribeId);

        api.MapPost("/failures/{id}/state", Decide)
            .WithName("decide_failure").WithTags("Failures").WithSummary("Resolve, ignore or reopen a failure group")
            .WithDescription("Keeps who decided what, when and why. A resolved group is regressed as soon as a task fails again; an ignored one is open again "
                + "at the time until, or when until_count more tasks have failed (counted by whole minutes, from the one after the decision), whichever comes first, or never if neither is given.")
            .Accepts<JsonObject>("application/json")
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status415UnsupportedMediaType).ProducesProblem(StatusCodes.Status503ServiceUnavailable)
            .WithQuery()
            .AddOpenApiOperationTransformer(DescribeId)
            .WithBody(Body, () => new JsonObject { ["state"] = FailureDecision.Ignored, ["by"] = "ann", ["reason"] = "the bank's test system is down", ["until_count"] = 100 });
    }

    private static Task DescribeId(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken ct)
    {
        operation.Parameters!.OfType<OpenApiParameter>().First(p => p.In == ParameterLocation.Path).Description = "The group's id, as the list gives it.";
        return Task.CompletedTask;
    }

    private static QueryParameter From => QueryParameter.Text(FailureListQuery.Start, "Failed at or after this time, by default 30 days before to. ISO 8601 with a zone, "
        + "unix seconds, or how long ago: -45s, -30m, -2h, -7d, -2w. Whole minutes are counted.", "-7d");

    private static QueryParameter To => QueryParameter.Text(FailureListQuery.End, "Failed before this time; written like from, by default now.", "2026-11-21T09:30:00Z");

    private static QueryParameter Bucket => QueryParameter.Text(FailureListQuery.Width, $"Width of a bar of the sparklines: {BucketWidth.Rule}.", "1d");

    private static OpenApiSchema Body()
    {
        static OpenApiSchema Text(string description, int longest) => new() { Type = JsonSchemaType.String | JsonSchemaType.Null, Description = description, MaxLength = longest };
        return new OpenApiSchema
        {
            Type = JsonSchemaType.Object,
            Required = new HashSet<string> { "state", "by" },
            AdditionalPropertiesAllowed = false,
            Properties = new Dictionary<string, IOpenApiSchema>
            {
                ["state"] = new OpenApiSchema { Type = JsonSchemaType.String, Enum = [FailureDecision.Open, FailureDecision.Resolved, FailureDecision.Ignored] },
                ["by"] = new OpenApiSchema { Type = JsonSchemaType.String, Description = "Who decides.", MaxLength = FailureDecisionJson.MaxBy },
                ["reason"] = Text("Why.", FailureDecisionJson.MaxReason),
                ["until"] = Text("Of ignored: until this time; as from.", 100),
                ["until_count"] = new OpenApiSchema
                {
                    Type = JsonSchemaType.Integer | JsonSchemaType.Null,
                    Format = "int64",
                    Description = "Of ignored: until so many more tasks failed.",
                    Minimum = "1",
                    Maximum = $"{FailureDecisionJson.MaxUntilCount}",
                },
            },
        };
    }

    private static async Task<Results<Ok<FailureList>, ProblemHttpResult>> List(HttpRequest request, FailureQueries failures, TimeProvider time, CancellationToken ct)
    {
        var now = time.GetUtcNow().UtcDateTime;
        var (query, problem) = FailureListQuery.Parse(request.Given(), now);
        return query is null ? ApiProblems.BadRequest(problem!) : TypedResults.Ok(await failures.List(query, now, ct));
    }

    private static async Task<Results<Ok<FailureDetail>, ProblemHttpResult>> One(
        string id, HttpRequest request, FailureQueries failures, TimeProvider time, CancellationToken ct)
    {
        var now = time.GetUtcNow().UtcDateTime;
        var (query, problem) = FailureListQuery.Parse(request.Given(), now);
        if (query is null)
            return ApiProblems.BadRequest(problem!);
        return Guid.TryParseExact(id, "N", out var group) && await failures.Find(group, query, now, ct) is { } failure ? TypedResults.Ok(failure) : Unknown(id);
    }

    private static async Task<Results<Ok<FailureDetail>, ProblemHttpResult>> Decide(
        string id, HttpRequest request, FailureQueries failures, TimeProvider time, CancellationToken ct)
    {
        if (!request.HasJsonContentType())
            return ApiProblems.NotJson(); // a form of another site can send anything else
        var now = time.GetUtcNow().UtcDateTime;
        if (await RequestBody.Read(request, FailureDecisionJson.MaxBytes, ct) is not { } body)
            return ApiProblems.BadRequest($"The body is longer than {FailureDecisionJson.MaxBytes} bytes.");
        var (decision, problem) = FailureDecisionJson.Parse(body, now);
        if (decision is null)
            return ApiProblems.BadRequest(problem!);
        if (!Guid.TryParseExact(id, "N", out var group) || !await failures.Decide(group, decision, ct))
            return Unknown(id);
        var query = FailureListQuery.Parse([], now).Value!;
        return await failures.Find(group, query, time.GetUtcNow().UtcDateTime, ct) is { } failure ? TypedResults.Ok(failure) : Unknown(id);
    }

    private static ProblemHttpResult Unknown(string id) =>
        ApiProblems.NotFound($"No failure of a group \"{id}\" was recorded: take an id that /api/v1/failures gave.");
}
