using System.Globalization;
using System.IO.Compression;
using EventHistory.Core.Export;
using EventHistory.Queries;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;

namespace EventHistory.Api;

internal static class ExportEndpoints
{
    public static void MapExport(this RouteGroupBuilder api) => api.MapGet("/export", Write)
        .WithName("export_tasks").WithTags("Tasks").WithSummary("Tasks as a file, however many")
        .WithDescription("All tasks that match every condition, those first seen earliest first, as CSV, NDJSON or JSON; compressed if Accept-Encoding has gzip. It begins with "
            + "what is known of the completeness of that time, and ends with the number of rows and a cursor: a file without this end is not whole. "
            + "To go on after a break, give first_seen and id of the last whole row as cursor.")
        .Produces<string>(StatusCodes.Status200OK, MediaType(ExportQuery.Csv), MediaType(ExportQuery.JsonLines), MediaType(ExportQuery.Json))
        .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status503ServiceUnavailable)
        .WithQuery(
        [
            .. FilterQuery.Parameters,
            QueryParameter.Text(ExportQuery.Form, "csv (the default), ndjson (a JSON object on each line) or json.", "ndjson"),
            QueryParameter.Set(ExportQuery.Columns, $"Only these fields: {string.Join(", ", ExportField.All.Select(f => f.Name))}.", "id", "name", "state", "runtime"),
            QueryParameter.Text(ExportQuery.Place, "Go on behind this row: its first_seen and id, with a slash between them.",
                "2026-11-21T09:30:00.000000Z/d93e7b96-3b5e-4d57-9a3c-000000000001"),
            QueryParameter.Text(ExportQuery.Coverage, "false: only rows, without what is said before and behind them.", "true"),
        ]);

    private static async Task<Results<EmptyHttpResult, ProblemHttpResult>> Write(HttpContext context, TaskExport export, TimeProvider time, CancellationToken ct)
    {
        var now = time.GetUtcNow().UtcDateTime;
        var (query, problem) = ExportQuery.Parse(context.Request.Given(), now);
        if (query is null)
            return ApiProblems.BadRequest(problem!);
        var response = context.Response;
        response.ContentType = MediaType(query.Format);
        response.Headers.ContentDisposition = string.Create(CultureInfo.InvariantCulture, $"attachment; filename=\"tasks-{now:yyyyMMdd'T'HHmmss}.{query.Format}\"");
        response.Headers.CacheControl = "no-store";
        response.Headers.Vary = "Accept-Encoding";
        try
        {
            context.Features.GetRequiredFeature<IHttpResponseBodyFeature>().DisableBuffering();
            if (TakesGzip(context.Request))
                await Compressed(export, query, response, ct);
            else
                await export.Write(query, response.Body, ct);
        }
        catch when (!response.HasStarted) // what is wrong is said as a problem, and not in a file
        {
            response.Clear();
            throw;
        }
        return TypedResults.Empty;
    }

    private static async Task Compressed(TaskExport export, ExportQuery query, HttpResponse response, CancellationToken ct)
    {
        response.Headers.ContentEncoding = "gzip";
        var gzip = new GZipStream(response.Body, CompressionLevel.Fastest);
        await export.Write(query, gzip, ct);
        await gzip.DisposeAsync(); // not if it failed: that would make what is there look whole
    }

    private static bool TakesGzip(HttpRequest request) =>
        request.GetTypedHeaders().AcceptEncoding.Any(e => e.Value.Equals("gzip", StringComparison.OrdinalIgnoreCase) && e.Quality is null or > 0);

    private static string MediaType(string format) => format switch
    {
        ExportQuery.Csv => "text/csv; charset=utf-8",
        ExportQuery.JsonLines => "application/x-ndjson",
        _ => "application/json",
    };
}
