using System.Text.Json;
using System.Text.Json.Nodes;
using EventHistory.Core.Retention;
using EventHistory.Queries;
using EventHistory.Retention;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.OpenApi;

namespace EventHistory.Api;

internal static class RetentionEndpoints
{
    private const string OneTask = "/api/v1/tasks/";
    private const string Pinned = "/pin";

    public static void MapRetention(this RouteGroupBuilder api)
    {
        api.MapGet("/retention", Get)
            .WithName("get_retention").WithTags("Retention").WithSummary("What is kept, and for how long")
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable).WithQuery();

        api.MapPut("/retention", Put)
            .WithName("set_retention").WithTags("Retention").WithSummary("Set what is kept")
            .WithDescription("Takes the place of the whole policy, from the next prune on; what is left out is as by default. Null is for ever. "
                + "Ask for a dry run first.")
            .Accepts<JsonObject>("application/json")
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status415UnsupportedMediaType).ProducesProblem(StatusCodes.Status503ServiceUnavailable)
            .WithQuery().WithBody(PolicySchema, PolicyExample);

        api.MapPost("/retention/dry-run", DryRun)
            .WithName("preview_prune").WithTags("Retention").WithSummary("What would go by a policy")
            .WithDescription("Nothing goes. The body is a policy, or {} for the one in force. Looks at all that could go, which may take a minute.")
            .Accepts<JsonObject>("application/json")
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status415UnsupportedMediaType).ProducesProblem(StatusCodes.Status503ServiceUnavailable)
            .WithQuery().WithBody(PolicySchema, PolicyExample);

        api.MapGet("/retention/receipts", Receipts)
            .WithName("list_prune_receipts").WithTags("Retention").WithSummary("What was pruned, the latest first")
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status503ServiceUnavailable)
            .WithQuery(QueryParameter.Count(ReceiptListQuery.Count, "How many at most.", ReceiptListQuery.MaxLimit, ReceiptListQuery.DefaultLimit),
                QueryParameter.Position(ReceiptListQuery.At, "Only receipts with a smaller id."));

        api.MapPut("/tasks/{id}/pin", Pin)
            .WithName("pin_task").WithTags("Retention").WithSummary("Never prune a task")
            .WithDescription("Nor any other task of its workflow, until the pin is taken away.")
            .Accepts<JsonObject>("application/json")
            .Produces(StatusCodes.Status204NoContent)
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status415UnsupportedMediaType).ProducesProblem(StatusCodes.Status503ServiceUnavailable)
            .WithQuery().WithBody(PinSchema, () => new JsonObject { ["by"] = "ann", ["why"] = "for the audit" });

        api.MapDelete("/tasks/{id}/pin", Unpin)
            .WithName("unpin_task").WithTags("Retention").WithSummary("Let a task be pruned again")
            .Produces(StatusCodes.Status204NoContent)
            .ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status415UnsupportedMediaType).ProducesProblem(StatusCodes.Status503ServiceUnavailable)
            .WithQuery();
    }

    private static async Task<Ok<RetentionAnswer>> Get(RetentionPolicies policies, CancellationToken ct)
    {
        var (policy, changedAt) = await policies.InForce(ct);
        return TypedResults.Ok(RetentionAnswer.Of(policy, changedAt));
    }

    private static async Task<Results<Ok<RetentionAnswer>, ProblemHttpResult>> Put(
        HttpRequest request, RetentionPolicies policies, TimeProvider time, CancellationToken ct)
    {
        var (policy, problem) = await Policy(request, ct);
        if (policy is null)
            return problem!;
        var now = time.GetUtcNow().UtcDateTime;
        await policies.Set(policy, now, ct);
        return TypedResults.Ok(RetentionAnswer.Of(policy, now));
    }

    private static async Task<Results<Ok<PrunePreview>, ProblemHttpResult>> DryRun(
        HttpRequest request, RetentionPolicies policies, Prune prune, TimeProvider time, CancellationToken ct)
    {
        var (policy, problem) = await Policy(request, ct, policies);
        if (policy is null)
            return problem!;
        try
        {
            return TypedResults.Ok(await prune.Preview(policy, time.GetUtcNow().UtcDateTime, ct));
        }
        catch (StartException busy)
        {
            return ApiProblems.NotNow("Not now", busy.Message);
        }
    }

    // Nothing but {} means the one in force, if that is offered
    private static async Task<(RetentionPolicy? Policy, ProblemHttpResult? Problem)> Policy(HttpRequest request, CancellationToken ct, RetentionPolicies? policies = null)
    {
        if (!request.HasJsonContentType())
            return (null, ApiProblems.NotJson()); // a form of another site can send anything else
        if (await RequestBody.Read(request, RetentionPolicyJson.MaxBytes, ct) is not { } body)
            return (null, ApiProblems.BadRequest($"The body is longer than {RetentionPolicyJson.MaxBytes} bytes."));
        if (policies is not null && body.Span.Trim(" \t\r\n"u8) is [(byte)'{', .. var inside, (byte)'}'] && inside.Trim(" \t\r\n"u8).IsEmpty)
            return ((await policies.InForce(ct)).Policy, null);
        var (policy, sentence) = RetentionPolicyJson.Parse(body);
        return policy is null ? (null, ApiProblems.BadRequest(sentence!)) : (policy, null);
    }

    private static async Task<Results<Ok<ReceiptList>, ProblemHttpResult>> Receipts(HttpRequest request, PruneReceipts receipts, TimeProvider time, CancellationToken ct)
    {
        var (query, problem) = ReceiptListQuery.Parse(request.Given(), time.GetUtcNow().UtcDateTime);
        return query is null ? ApiProblems.BadRequest(problem!) : TypedResults.Ok(new ReceiptList(await receipts.Latest(query.Limit, query.Before, ct)));
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> Pin(string id, HttpContext context, Pins pins, TimeProvider time, CancellationToken ct)
    {
        if (!context.Request.HasJsonContentType())
            return ApiProblems.NotJson();
        if (await RequestBody.Read(context.Request, PinRequest.MaxBytes, ct) is not { } body)
            return ApiProblems.BadRequest($"The body is longer than {PinRequest.MaxBytes} bytes.");
        var (pin, problem) = PinRequest.Parse(body);
        if (pin is null)
            return ApiProblems.BadRequest(problem!);
        id = Id(context, id);
        return await pins.Set(id, pin, time.GetUtcNow().UtcDateTime, ct)
            ? TypedResults.NoContent()
            : ApiProblems.NotFound($"No event of a task with the id \"{id}\" was recorded, or it was pruned.");
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> Unpin(string id, HttpContext context, Pins pins, CancellationToken ct)
    {
        id = Id(context, id);
        return await pins.Remove(id, ct) ? TypedResults.NoContent() : ApiProblems.NotFound($"A task with the id \"{id}\" is not pinned.");
    }

    private static string Id(HttpContext context, string routed)
    {
        var id = TextInUrl.Read(context, OneTask, routed + Pinned);
        return id.EndsWith(Pinned, StringComparison.Ordinal) ? id[..^Pinned.Length] : id;
    }

    private static OpenApiSchema PolicySchema()
    {
        static OpenApiSchema Number(string description, long least) =>
            new() { Type = JsonSchemaType.Integer | JsonSchemaType.Null, Format = "int64", Description = description, Minimum = $"{least}" };
        static OpenApiSchema Age(string description) => new() { Type = JsonSchemaType.String | JsonSchemaType.Null, Description = description, Pattern = "^[0-9]{1,6}[hdwy]$" };
        return new OpenApiSchema
        {
            Type = JsonSchemaType.Object,
            AdditionalPropertiesAllowed = false,
            Properties = new Dictionary<string, IOpenApiSchema>
            {
                ["max_tasks"] = Number($"The newest so many finished tasks are kept; by default {RetentionPolicy.DefaultMaxTasks}.", 1),
                ["max_age"] = new OpenApiSchema
                {
                    Type = JsonSchemaType.Array | JsonSchemaType.Null,
                    Description = "How old finished tasks may become: of the rules the first that is about a task decides.",
                    MaxItems = RetentionPolicyJson.MaxRules,
                    Items = new OpenApiSchema
                    {
                        Type = JsonSchemaType.Object,
                        Required = new HashSet<string> { "age" },
                        AdditionalPropertiesAllowed = false,
                        Properties = new Dictionary<string, IOpenApiSchema>
                        {
                            ["state"] = new OpenApiSchema { Type = JsonSchemaType.String | JsonSchemaType.Null, Description = "SUCCESS, FAILURE, REVOKED or REJECTED; null: any." },
                            ["name"] = new OpenApiSchema { Type = JsonSchemaType.String | JsonSchemaType.Null, Description = "Of the task, * standing for any characters; null: any.", MaxLength = RetentionPolicyJson.MaxPattern },
                            ["age"] = Age("Since its last event was recorded."),
                        },
                    },
                },
                ["max_bytes"] = Number("What the database may take on disk: the oldest days go.", RetentionPolicyJson.LeastBytes),
                ["worker_heartbeats"] = Age("How old the minute series of heartbeats may become."),
                ["rollups"] = Age("How old rollups may become."),
                ["rejected_messages"] = Age("How old messages that could not be read may become."),
            },
        };
    }

    private static JsonObject PolicyExample() => new()
    {
        ["max_tasks"] = RetentionPolicy.DefaultMaxTasks,
        ["max_age"] = new JsonArray(new JsonObject { ["state"] = "SUCCESS", ["name"] = "shop.*", ["age"] = "30d" }),
    };

    private static OpenApiSchema PinSchema() => new()
    {
        Type = JsonSchemaType.Object,
        Required = new HashSet<string> { "by" },
        AdditionalPropertiesAllowed = false,
        Properties = new Dictionary<string, IOpenApiSchema>
        {
            ["by"] = new OpenApiSchema { Type = JsonSchemaType.String, Description = "Who wants to keep it.", MaxLength = PinRequest.MaxBy },
            ["why"] = new OpenApiSchema { Type = JsonSchemaType.String | JsonSchemaType.Null, Description = "Why.", MaxLength = PinRequest.MaxWhy },
        },
    };
}

/// <summary>The policy in force.</summary>
/// <param name="ChangedAt">When it was set over the API; null: it is that of the settings.</param>
internal sealed record RetentionAnswer(JsonElement Policy, DateTime? ChangedAt)
{
    public static RetentionAnswer Of(RetentionPolicy policy, DateTime? changedAt)
    {
        using var json = JsonDocument.Parse(RetentionPolicyJson.Write(policy));
        return new RetentionAnswer(json.RootElement.Clone(), changedAt);
    }
}

internal sealed record ReceiptList(IReadOnlyList<PruneReceipt> Items);
