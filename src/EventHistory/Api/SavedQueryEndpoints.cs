using System.Text.Json.Nodes;
using EventHistory.Core.Queries;
using EventHistory.Core.Reports;
using EventHistory.Core.Search;
using EventHistory.Reports;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.OpenApi;

namespace EventHistory.Api;

/// <summary>Searches that are kept under a name: for the pages, for reports, and to be passed on by their id.</summary>
internal static class SavedQueryEndpoints
{
    private const string Tag = "Saved queries";
    private const string IdDescription = "The saved query's id, as the list gives it.";

    public static void MapSavedQueries(this RouteGroupBuilder api)
    {
        api.MapGet("/saved-queries", List)
            .WithName("list_saved_queries").WithTags(Tag).WithSummary("Searches that are kept, by name")
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status503ServiceUnavailable).WithQuery();
        api.MapGet("/saved-queries/{id}", One)
            .WithName("get_saved_query").WithTags(Tag).WithSummary("One of them")
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status503ServiceUnavailable)
            .WithQuery().WithPlace("id", IdDescription);
        Writes(api.MapPost("/saved-queries", Add).WithName("add_saved_query").WithSummary("Keep a search under a name").ProducesProblem(StatusCodes.Status409Conflict)).WithQuery();
        Writes(api.MapPut("/saved-queries/{id}", Change).WithName("change_saved_query").WithSummary("Write one anew: what is left out is not kept")
            .ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict)).WithQuery().WithPlace("id", IdDescription);
        api.MapDelete("/saved-queries/{id}", Delete)
            .WithName("delete_saved_query").WithTags(Tag).WithSummary("Forget one; not while a report is of it")
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable)
            .WithQuery().WithPlace("id", IdDescription);
    }

    private static RouteHandlerBuilder Writes(RouteHandlerBuilder endpoint) => endpoint.WithTags(Tag)
        .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status415UnsupportedMediaType).ProducesProblem(StatusCodes.Status503ServiceUnavailable)
        .WithBody(["name", "by"], new()
        {
            ["name"] = new() { Type = JsonSchemaType.String, Description = "No two have the same.", MaxLength = SavedQueryJson.MaxName },
            ["q"] = new() { Type = JsonSchemaType.String | JsonSchemaType.Null, Description = "Which tasks, in the search language; nothing: all.", MaxLength = SearchQuery.MaxLength },
            ["columns"] = new()
            {
                Type = JsonSchemaType.Array | JsonSchemaType.Null,
                Description = $"What is shown of a task; without it {string.Join(", ", SavedQueryJson.DefaultColumns)}.",
                Items = new OpenApiSchema { Type = JsonSchemaType.String, Enum = [.. TaskFields.All.Select(f => JsonValue.Create(f))] },
            },
            ["sort"] = new() { Type = JsonSchemaType.String | JsonSchemaType.Null, Description = $"By what it is ordered: {string.Join(", ", TaskOrder.Sorts)}." },
            ["order"] = new() { Type = JsonSchemaType.String | JsonSchemaType.Null, Description = "desc or asc." },
            ["by"] = new() { Type = JsonSchemaType.String, Description = "Who keeps it.", MaxLength = SavedQueryJson.MaxBy },
        }, new() { ["name"] = "Slow mails", ["q"] = "name:mail.* runtime:>10s", ["columns"] = new JsonArray("id", "runtime", "worker"), ["sort"] = "runtime", ["by"] = "ann" });

    private static async Task<Ok<SavedQueryList>> List(SavedQueries queries, CancellationToken ct) => TypedResults.Ok(new SavedQueryList(await queries.All(ct)));

    private static async Task<Results<Ok<SavedQuery>, ProblemHttpResult>> One(string id, SavedQueries queries, CancellationToken ct) =>
        await Find(id, queries, ct) is { } query ? TypedResults.Ok(query) : Unknown(id);

    private static async Task<Results<Created<SavedQuery>, ProblemHttpResult>> Add(HttpRequest request, SavedQueries queries, TimeProvider time, CancellationToken ct)
    {
        var (query, problem) = await Read(request, Guid.NewGuid(), time, ct);
        if (problem is not null)
            return problem;
        return !await queries.Put(query!, ct) ? Taken(query!) : TypedResults.Created($"/api/v1/saved-queries/{query!.Id}", query);
    }

    private static async Task<Results<Ok<SavedQuery>, ProblemHttpResult>> Change(string id, HttpRequest request, SavedQueries queries, TimeProvider time, CancellationToken ct)
    {
        var (query, problem) = await Read(request, Guid.TryParse(id, out var known) ? known : Guid.Empty, time, ct);
        if (problem is not null)
            return problem;
        if (await Find(id, queries, ct) is null)
            return Unknown(id);
        return await queries.Put(query!, ct) ? TypedResults.Ok(query) : Taken(query!);
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> Delete(string id, SavedQueries queries, CancellationToken ct)
    {
        if (await Find(id, queries, ct) is not { } query)
            return Unknown(id);
        return await queries.Delete(query.Id, ct) ? TypedResults.NoContent() : ApiProblems.Conflict($"A report is of the saved query \"{query.Name}\": delete the report first, or have it tell something else.");
    }

    private static async Task<SavedQuery?> Find(string id, SavedQueries queries, CancellationToken ct) =>
        Guid.TryParse(id, out var known) ? await queries.Find(known, ct) : null;

    private static async Task<(SavedQuery? Query, ProblemHttpResult? Problem)> Read(HttpRequest request, Guid id, TimeProvider time, CancellationToken ct)
    {
        if (!request.HasJsonContentType())
            return (null, ApiProblems.NotJson()); // a form of another site can send anything else
        if (await RequestBody.Read(request, SavedQueryJson.MaxBytes, ct) is not { } body)
            return (null, ApiProblems.BadRequest($"The body is longer than {SavedQueryJson.MaxBytes} bytes."));
        var (query, problem) = SavedQueryJson.Parse(body, id, time.GetUtcNow().UtcDateTime);
        return problem is null ? (query, null) : (null, ApiProblems.BadRequest(problem));
    }

    private static ProblemHttpResult Taken(SavedQuery query) => ApiProblems.Conflict($"There is another saved query with the name \"{query.Name}\": give this one another name, or change that one.");

    private static ProblemHttpResult Unknown(string id) => ApiProblems.NotFound($"There is no saved query \"{id}\": take an id that /api/v1/saved-queries gave.");
}

/// <param name="SavedQueries">By name.</param>
internal sealed record SavedQueryList(IReadOnlyList<SavedQuery> SavedQueries);
