using EventHistory.Core.Retention;
using EventHistory.Queries;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http.HttpResults;

namespace EventHistory.Api;

/// <summary>Errors as RFC 9457 problem details, each with a sentence that says what would be right.</summary>
internal static class ApiProblems
{
    public static ProblemHttpResult BadRequest(string sentence) =>
        TypedResults.Problem(sentence, statusCode: StatusCodes.Status400BadRequest, title: "The request is not understood");

    private const string NotJsonSentence = "Send the body as JSON, with the header Content-Type: application/json.";

    public static ProblemHttpResult NotJson() =>
        TypedResults.Problem(NotJsonSentence, statusCode: StatusCodes.Status415UnsupportedMediaType);

    public static ProblemHttpResult NotFound(string sentence) =>
        TypedResults.Problem(sentence, statusCode: StatusCodes.Status404NotFound, title: "Not found");

    /// <summary>It was there once.</summary>
    public static ProblemHttpResult Gone(string sentence, PruneReceipt receipt) => TypedResults.Problem(sentence, statusCode: StatusCodes.Status410Gone, title: "Pruned",
        extensions: new Dictionary<string, object?> { ["receipt"] = receipt });

    /// <summary>It contradicts what is there.</summary>
    public static ProblemHttpResult Conflict(string sentence) =>
        TypedResults.Problem(sentence, statusCode: StatusCodes.Status409Conflict, title: "It cannot be so");

    /// <summary>It would be right at another time.</summary>
    public static ProblemHttpResult NotNow(string title, string sentence) =>
        TypedResults.Problem(sentence, statusCode: StatusCodes.Status503ServiceUnavailable, title: title);

    /// <summary>Turns a database that is away, or too slow for this question, into an answer.</summary>
    public static async ValueTask<object?> ExplainFaults(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        try
        {
            return await next(context);
        }
        catch (Exception e) when (QueryFault.Of(e) is { } fault)
        {
            fault.Report(context.HttpContext, e);
            return TypedResults.Problem(fault.Sentence, statusCode: StatusCodes.Status503ServiceUnavailable, title: fault.Title);
        }
    }

    /// <summary>An address or a method that no endpoint has.</summary>
    public static Task NoEndpoint(StatusCodeContext context)
    {
        var http = context.HttpContext;
        var sentence = http.Response.StatusCode switch
        {
            StatusCodes.Status404NotFound => $"There is nothing at {http.Request.Path}; /openapi/v1.json describes what there is.",
            StatusCodes.Status405MethodNotAllowed => $"{http.Request.Method} is not understood at {http.Request.Path}: use {http.Response.Headers.Allow}.",
            StatusCodes.Status415UnsupportedMediaType => NotJsonSentence,
            _ => null,
        };
        return TypedResults.Problem(sentence, statusCode: http.Response.StatusCode).ExecuteAsync(http);
    }

    /// <summary>A fault of ours; the log has it.</summary>
    public static Task Failed(HttpContext http) =>
        TypedResults.Problem($"EventHistory failed to answer; its log says why, under the trace id {http.TraceIdentifier}.",
            statusCode: StatusCodes.Status500InternalServerError, title: "EventHistory failed").ExecuteAsync(http);
}
