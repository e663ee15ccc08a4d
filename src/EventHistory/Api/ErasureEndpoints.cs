using System.Text.Json.Nodes;
using EventHistory.Core.Erasure;
using EventHistory.Core.Search;
using EventHistory.Erasing;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.OpenApi;

namespace EventHistory.Api;

internal static class ErasureEndpoints
{
    public static void MapErasures(this RouteGroupBuilder api)
    {
        api.MapPost("/erasures", Add)
            .WithName("erase_tasks").WithTags("Erasures").WithSummary("Erase tasks, from the read models and from the log, for ever")
            .WithDescription("Either the tasks with these ids, or those that match q; if more match than limit, an id is unknown, or a task is not finished, nothing is erased. "
                + "The answer comes at once, and the tasks are gone some seconds later: ask for the erasure until it has finished_at. Tombstones in the log say by whom and why; "
                + "eventhistory verify accounts for them.")
            .Accepts<JsonObject>("application/json")
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status415UnsupportedMediaType).ProducesProblem(StatusCodes.Status503ServiceUnavailable)
            .WithQuery()
            .AddOpenApiOperationTransformer((operation, _, _) =>
            {
                operation.RequestBody = Body();
                return Task.CompletedTask;
            });

        api.MapGet("/erasures", List)
            .WithName("list_erasures").WithTags("Erasures").WithSummary("What was erased, when, by whom and why: the latest first")
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable)
            .WithQuery();

        api.MapGet("/erasures/{id:long}", One)
            .WithName("get_erasure").WithTags("Erasures").WithSummary("One erasure, and how far it is")
            .ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status503ServiceUnavailable)
            .WithQuery()
            .AddOpenApiOperationTransformer((operation, _, _) =>
            {
                operation.Parameters!.OfType<OpenApiParameter>().First(p => p.In == ParameterLocation.Path).Description = "Its number, as the answer to the request gave it.";
                return Task.CompletedTask;
            });
    }

    private static async Task<Results<Accepted<ErasureRecord>, ProblemHttpResult>> Add(HttpRequest request, ErasureRequests erasures, TimeProvider time, CancellationToken ct)
    {
        if (!request.HasJsonContentType())
            return ApiProblems.NotJson(); // a form of another site can send anything else
        if (await RequestBody.Read(request, ErasureJson.MaxBytes, ct) is not { } body)
            return ApiProblems.BadRequest($"The body is longer than {ErasureJson.MaxBytes} bytes.");
        var (wanted, problem) = ErasureJson.Parse(body, time.GetUtcNow().UtcDateTime);
        if (wanted is null)
            return ApiProblems.BadRequest(problem!);
        var (erasure, refusal) = await erasures.Add(wanted, ct);
        return erasure is null ? ApiProblems.BadRequest(refusal!) : TypedResults.Accepted($"/api/v1/erasures/{erasure.Id}", erasure);
    }

    private static async Task<Ok<ErasureList>> List(ErasureRequests erasures, CancellationToken ct) => TypedResults.Ok(new ErasureList(await erasures.List(ct)));

    private static async Task<Results<Ok<ErasureRecord>, ProblemHttpResult>> One(long id, ErasureRequests erasures, CancellationToken ct) =>
        await erasures.Find(id, ct) is { } erasure ? TypedResults.Ok(erasure) : ApiProblems.NotFound($"There was no erasure {id}: take a number that /api/v1/erasures gave.");

    private static OpenApiRequestBody Body() => new()
    {
        Required = true,
        Content = new Dictionary<string, OpenApiMediaType>
        {
            ["application/json"] = new()
            {
                Schema = new OpenApiSchema
                {
                    Type = JsonSchemaType.Object,
                    Required = new HashSet<string> { "by", "why" },
                    AdditionalPropertiesAllowed = false,
                    Properties = new Dictionary<string, IOpenApiSchema>
                    {
                        ["ids"] = new OpenApiSchema
                        {
                            Type = JsonSchemaType.Array | JsonSchemaType.Null,
                            Description = "The tasks' ids.",
                            MaxItems = ErasureRequest.MaxTasks,
                            Items = new OpenApiSchema { Type = JsonSchemaType.String },
                        },
                        ["q"] = new OpenApiSchema { Type = JsonSchemaType.String | JsonSchemaType.Null, Description = "Or which tasks, in the search language.", MaxLength = SearchQuery.MaxLength },
                        ["limit"] = new OpenApiSchema
                        {
                            Type = JsonSchemaType.Integer | JsonSchemaType.Null,
                            Format = "int32",
                            Description = $"If more tasks match q, nothing is erased; {ErasureRequest.DefaultLimit} if it is not given.",
                            Minimum = "1",
                            Maximum = $"{ErasureRequest.MaxTasks}",
                        },
                        ["by"] = new OpenApiSchema { Type = JsonSchemaType.String, Description = "Who asks for it. Is kept.", MaxLength = ErasureRequest.MaxBy },
                        ["why"] = new OpenApiSchema { Type = JsonSchemaType.String, Description = "For what reason. Is kept, so leave out what is to be forgotten.", MaxLength = ErasureRequest.MaxWhy },
                        ["unfinished"] = new OpenApiSchema
                        {
                            Type = JsonSchemaType.Boolean | JsonSchemaType.Null,
                            Description = "Also tasks that are not finished: what they do next is recorded again.",
                        },
                    },
                },
                Example = new JsonObject { ["ids"] = new JsonArray("d93e7b96-3b5e-4d57-9a3c-000000000001"), ["by"] = "ann", ["why"] = "ticket 17" },
            },
        },
    };
}

/// <param name="Erasures">The latest first.</param>
internal sealed record ErasureList(IReadOnlyList<ErasureRecord> Erasures);
