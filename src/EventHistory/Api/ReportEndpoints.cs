using System.Text.Json.Nodes;
using EventHistory.Core.Queries;
using EventHistory.Core.Reports;
using EventHistory.Reports;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.OpenApi;

namespace EventHistory.Api;

/// <summary>Reports: what is told when and to whom, what became of it, and to see one before anybody gets it.</summary>
internal static class ReportEndpoints
{
    private const string Tag = "Reports";
    private const string IdDescription = "The report's id, as the list gives it.";
    private const string Limit = "limit";
    private const int DefaultRuns = 50;

    private static readonly QueryParameter _format = QueryParameter.Choice("format", "What it is written as.", ReportForm.All);

    public static void MapReports(this RouteGroupBuilder api)
    {
        Reads(api.MapGet("/reports", List).WithName("list_reports").WithSummary("Reports, by name, each with its last run")).WithQuery();
        Reads(api.MapGet("/reports/{id}", One).WithName("get_report").WithSummary("One report")).ProducesProblem(StatusCodes.Status404NotFound)
            .WithQuery().WithPlace("id", IdDescription);
        Writes(api.MapPost("/reports", Add).WithName("add_report").WithSummary("Have something told again and again"))
            .WithDescription("The answer has the secrets of webhooks that were made just now; no later one has.")
            .ProducesProblem(StatusCodes.Status409Conflict).WithQuery();
        Writes(api.MapPut("/reports/{id}", Change).WithName("change_report").WithSummary("Write one anew: what is left out is not kept"))
            .WithDescription("A webhook with the same url keeps its secret if none is given. What is on its way already goes where it was to go.")
            .ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict).WithQuery().WithPlace("id", IdDescription);
        Reads(api.MapDelete("/reports/{id}", Delete).WithName("delete_report").WithSummary("Delete a report, with its runs and what is on its way"))
            .ProducesProblem(StatusCodes.Status404NotFound).WithQuery().WithPlace("id", IdDescription);
        Reads(api.MapGet("/reports/{id}/runs", Runs).WithName("list_report_runs").WithSummary("Each time that it was made, and what became of it, the latest first"))
            .ProducesProblem(StatusCodes.Status404NotFound)
            .WithQuery(QueryParameter.Count(Limit, "How many at most.", RunHistory.MaxRuns, DefaultRuns)).WithPlace("id", IdDescription);
        Reads(api.MapGet("/reports/{id}/runs/{run:long}/files/{format}", File).WithName("get_report_file").WithSummary("A file of a run"))
            .Produces<string>(StatusCodes.Status200OK, ReportForm.MediaType(ReportForm.Html), ReportForm.MediaType(ReportForm.Csv), ReportForm.MediaType(ReportForm.JsonLines))
            .ProducesProblem(StatusCodes.Status404NotFound)
            .WithQuery().WithPlace("id", IdDescription).WithPlace("run", "The run's number.").WithPlace("format", "html, csv or ndjson.");
        Reads(api.MapPost("/reports/{id}/run", Run).WithName("run_report").WithSummary("Make it now, and deliver it"))
            .Accepts<JsonObject>("application/json").ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status415UnsupportedMediaType)
            .WithQuery().WithPlace("id", IdDescription);
        Writes(api.MapPost("/reports/preview", Preview).WithName("preview_report").WithSummary("A report as it would be now; nothing is kept, nothing is delivered"))
            .Produces<string>(StatusCodes.Status200OK, ReportForm.MediaType(ReportForm.Html), ReportForm.MediaType(ReportForm.Csv), ReportForm.MediaType(ReportForm.JsonLines))
            .WithQuery(_format);
    }

    private static RouteHandlerBuilder Reads(RouteHandlerBuilder endpoint) => endpoint.WithTags(Tag)
        .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status503ServiceUnavailable);

    private static RouteHandlerBuilder Writes(RouteHandlerBuilder endpoint) => Reads(endpoint).ProducesProblem(StatusCodes.Status415UnsupportedMediaType).WithBody(["name", "kind", "by"], new()
    {
        ["name"] = new() { Type = JsonSchemaType.String, Description = "No two have the same.", MaxLength = ReportJson.MaxName },
        ["kind"] = new() { Type = JsonSchemaType.String, Enum = [.. ReportKind.All.Select(k => JsonValue.Create(k))] },
        ["saved_query"] = new() { Type = JsonSchemaType.String | JsonSchemaType.Null, Description = "Of the kind tasks: the id of a saved query, whose tasks it tells.", Format = "uuid" },
        ["range"] = new() { Type = JsonSchemaType.String | JsonSchemaType.Null, Description = $"Of which time: {ReportRange.Rule}. Without it {ReportRange.Default}, and of the kind tasks all that the search finds." },
        ["cron"] = new() { Type = JsonSchemaType.String | JsonSchemaType.Null, Description = "When it is due: minute, hour, day of the month, month, day of the week. Without it, when somebody asks for it." },
        ["time_zone"] = new() { Type = JsonSchemaType.String | JsonSchemaType.Null, Description = "A name of the IANA database; without it UTC." },
        ["formats"] = new()
        {
            Type = JsonSchemaType.Array | JsonSchemaType.Null,
            Description = "Without it all.",
            Items = new OpenApiSchema { Type = JsonSchemaType.String, Enum = [.. ReportForm.All.Select(f => JsonValue.Create(f))] },
        },
        ["rows"] = new() { Type = JsonSchemaType.Integer | JsonSchemaType.Null, Format = "int32", Description = $"How many at most; without it {ReportJson.DefaultRows}.", Minimum = "1", Maximum = $"{ReportJson.MaxRows}" },
        ["to"] = new()
        {
            Type = JsonSchemaType.Array | JsonSchemaType.Null,
            Description = "Where it goes: {\"kind\": \"folder\", \"folder\": \"daily\"}, {\"kind\": \"mail\", \"addresses\": [\"…\"]}, {\"kind\": \"webhook\", \"url\": \"https://…\", \"secret\": \"whsec_…\"}.",
            MaxItems = ReportJson.MaxTargets,
            Items = new OpenApiSchema { Type = JsonSchemaType.Object },
        },
        ["by"] = new() { Type = JsonSchemaType.String, Description = "Who wants it.", MaxLength = ReportJson.MaxBy },
    }, new()
    {
        ["name"] = "Failures of the night",
        ["kind"] = ReportKind.Failures,
        ["range"] = "12h",
        ["cron"] = "0 7 * * 1-5",
        ["time_zone"] = "Europe/Berlin",
        ["to"] = new JsonArray(new JsonObject { ["kind"] = DeliveryTarget.ToMail, ["addresses"] = new JsonArray("ops@example.com") }),
        ["by"] = "ann",
    });

    private static async Task<Ok<ReportList>> List(ReportBook book, CancellationToken ct) => TypedResults.Ok(new ReportList(await book.All(ct)));

    private static async Task<Results<Ok<ReportView>, ProblemHttpResult>> One(string id, ReportBook book, CancellationToken ct) =>
        Guid.TryParse(id, out var known) && await book.Find(known, ct) is { } report ? TypedResults.Ok(report) : Unknown(id);

    private static async Task<Results<Created<ReportView>, ProblemHttpResult>> Add(HttpRequest request, ReportBook book, TimeProvider time, CancellationToken ct)
    {
        var (report, problem) = await Read(request, Guid.NewGuid(), book, time, ct);
        if (problem is not null)
            return problem;
        var (view, refusal) = await book.Put(report!, null, ct);
        return view is null ? ApiProblems.Conflict(refusal!) : TypedResults.Created($"/api/v1/reports/{view.Id}", view);
    }

    private static async Task<Results<Ok<ReportView>, ProblemHttpResult>> Change(string id, HttpRequest request, ReportBook book, TimeProvider time, CancellationToken ct)
    {
        var (report, problem) = await Read(request, Guid.TryParse(id, out var known) ? known : Guid.Empty, book, time, ct);
        if (problem is not null)
            return problem;
        if (await book.Definition(known, ct) is not { } before)
            return Unknown(id);
        var (view, refusal) = await book.Put(report!, before, ct);
        return view is null ? ApiProblems.Conflict(refusal!) : TypedResults.Ok(view);
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> Delete(string id, ReportBook book, CancellationToken ct) =>
        Guid.TryParse(id, out var known) && await book.Delete(known, ct) ? TypedResults.NoContent() : Unknown(id);

    private static async Task<Results<Ok<ReportRunList>, ProblemHttpResult>> Runs(string id, HttpRequest request, ReportBook book, RunHistory history, CancellationToken ct)
    {
        var (limit, problem) = CountText.Read(Limit, request.Query[Limit].ToString(), RunHistory.MaxRuns, DefaultRuns);
        if (problem is not null)
            return ApiProblems.BadRequest(problem);
        if (!Guid.TryParse(id, out var known) || await book.Definition(known, ct) is null)
            return Unknown(id);
        return TypedResults.Ok(new ReportRunList([.. (await history.Of([known], limit, ct))[known]]));
    }

    private static async Task<Results<EmptyHttpResult, ProblemHttpResult>> File(string id, long run, string format, HttpResponse response, ReportRuns runs, CancellationToken ct)
    {
        if (!Guid.TryParse(id, out var known) || !ReportForm.All.Contains(format) || await runs.File(known, run, format, ct) is not { } file)
            return ApiProblems.NotFound($"There is no {format} of run {run} of a report \"{id}\": take what /api/v1/reports/…/runs gave.");
        response.Headers.ContentDisposition = $"inline; filename=\"{file.Name}\"";
        await Send(response, format, file.Content, ct);
        return TypedResults.Empty;
    }

    private static async Task<Results<Ok<ReportRunView>, ProblemHttpResult>> Run(
        string id, HttpRequest request, ReportBook book, ReportRunner runner, RunHistory history, TimeProvider time, CancellationToken ct)
    {
        if (!request.HasJsonContentType())
            return ApiProblems.NotJson();
        if (!Guid.TryParse(id, out var known) || await book.Definition(known, ct) is not { } report)
            return Unknown(id);
        var (run, _) = await runner.Run(report, time.GetUtcNow().UtcDateTime, CancellationToken.None); // whoever asked for it may be gone: it has begun
        return (await history.Of([known], RunHistory.MaxRuns, ct))[known].FirstOrDefault(r => r.Id == run) is { } made ? TypedResults.Ok(made) : Unknown(id);
    }

    private static async Task<Results<EmptyHttpResult, ProblemHttpResult>> Preview(
        HttpRequest request, HttpResponse response, ReportBook book, ReportRunner runner, TimeProvider time, CancellationToken ct)
    {
        var format = request.Query["format"].ToString() is { Length: > 0 } given ? given : ReportForm.Html;
        if (!ReportForm.All.Contains(format))
            return ApiProblems.BadRequest($"format \"{format}\" is not known: there are {string.Join(", ", ReportForm.All)}.");
        var (report, problem) = await Read(request, Guid.NewGuid(), book, time, ct);
        if (problem is not null)
            return problem;
        try
        {
            await Send(response, format, ReportFile.Of(await runner.Preview(report!, time.GetUtcNow().UtcDateTime, ct), format).Content, ct);
            return TypedResults.Empty;
        }
        catch (ReportException fault)
        {
            return ApiProblems.BadRequest(fault.Message);
        }
    }

    // made to be read in a mail: whatever is in it, here it may do nothing but have its own style
    private static async Task Send(HttpResponse response, string format, byte[] content, CancellationToken ct)
    {
        response.ContentType = ReportForm.MediaType(format);
        response.Headers.CacheControl = "no-store";
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers.ContentSecurityPolicy = "default-src 'none'; style-src 'unsafe-inline'; sandbox allow-popups allow-top-navigation-by-user-activation";
        await response.Body.WriteAsync(content, ct);
    }

    private static async Task<(Report? Report, ProblemHttpResult? Problem)> Read(HttpRequest request, Guid id, ReportBook book, TimeProvider time, CancellationToken ct)
    {
        if (!request.HasJsonContentType())
            return (null, ApiProblems.NotJson()); // a form of another site can send anything else
        if (await RequestBody.Read(request, ReportJson.MaxBytes, ct) is not { } body)
            return (null, ApiProblems.BadRequest($"The body is longer than {ReportJson.MaxBytes} bytes."));
        var (report, problem) = await book.Read(body, id, time.GetUtcNow().UtcDateTime, ct);
        return problem is null ? (report, null) : (null, ApiProblems.BadRequest(problem));
    }

    private static ProblemHttpResult Unknown(string id) => ApiProblems.NotFound($"There is no report \"{id}\": take an id that /api/v1/reports gave.");
}

/// <param name="Reports">By name.</param>
internal sealed record ReportList(IReadOnlyList<ReportView> Reports);

/// <param name="Runs">The latest first.</param>
internal sealed record ReportRunList(IReadOnlyList<ReportRunView> Runs);
