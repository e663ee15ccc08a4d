using EventHistory.Queries;
using Microsoft.AspNetCore.Diagnostics;

namespace EventHistory.Ui;

/// <summary>What a person sees when there is nothing else to see.</summary>
internal static class PageProblems
{
    public static Html<MessagePage> NotFound(string sentence) => Message(StatusCodes.Status404NotFound, "Not found", sentence);

    public static Html<MessagePage> NotUnderstood(string sentence) => Message(StatusCodes.Status400BadRequest, "Not understood", sentence);

    /// <summary>It was there once.</summary>
    public static Html<MessagePage> Gone(string sentence) => Message(StatusCodes.Status410Gone, "Pruned", sentence);

    /// <summary>A form of another site was sent to us.</summary>
    public static Html<MessagePage> FromElsewhere() =>
        Message(StatusCodes.Status403Forbidden, "Nothing was changed", "This was not sent by a page of EventHistory. Open the page here, and do it there.");

    public static async ValueTask<object?> ExplainFaults(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        try
        {
            return await next(context);
        }
        catch (Exception e) when (QueryFault.Of(e) is { } fault)
        {
            fault.Report(context.HttpContext, e);
            return Message(StatusCodes.Status503ServiceUnavailable, fault.Title, fault.Sentence);
        }
        catch (Exception e) when (e is (InvalidDataException or BadHttpRequestException) && context.HttpContext.Request.HasFormContentType)
        {
            return NotUnderstood("The form that was sent is no form, or it is too long.");
        }
    }

    /// <summary>An address or a method that no page has.</summary>
    public static Task NoPage(StatusCodeContext context)
    {
        var http = context.HttpContext;
        var page = http.Response.StatusCode switch
        {
            StatusCodes.Status404NotFound => NotFound($"There is no page at {http.Request.Path}."),
            StatusCodes.Status405MethodNotAllowed => Message(StatusCodes.Status405MethodNotAllowed, "Not possible", "Pages can only be read."),
            var other => Message(other, "Not possible", "The address is not understood."),
        };
        return page.ExecuteAsync(http);
    }

    /// <summary>A fault of ours; the log has it.</summary>
    public static Task Failed(HttpContext http) =>
        Message(StatusCodes.Status500InternalServerError, "EventHistory failed",
            $"This page could not be made; the log says why, under the trace id {http.TraceIdentifier}.").ExecuteAsync(http);

    private static Html<MessagePage> Message(int status, string title, string sentence) =>
        new((nameof(MessagePage.Title), title), (nameof(MessagePage.Sentence), sentence)) { Status = status };
}
