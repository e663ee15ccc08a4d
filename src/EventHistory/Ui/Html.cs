using System.Text;
using EventHistory.Telemetry;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;

namespace EventHistory.Ui;

/// <summary>What every page needs to know beside its own subject.</summary>
/// <param name="Now">UTC; every "… ago" of the page counts from it.</param>
/// <param name="Theme">light or dark as the visitor chose; null: as their system has it.</param>
/// <param name="Recorder">What the recorder does, see <c>RecorderStatus</c>.</param>
/// <param name="Problem">Why it does not record.</param>
/// <param name="NeedsRebuild">Rows were made by an older program; the log has all.</param>
public sealed record Shell(DateTime Now, string? Theme, string Recorder, string? Problem, DateTime? LastEventAt, bool NeedsRebuild);

internal static class Html
{
    public static readonly string[] Methods = [HttpMethods.Get, HttpMethods.Head];
}

/// <summary>
/// A component as a whole answer. It is rendered to the end before the first byte goes out, so a fault still becomes an
/// error page. (<c>RazorComponentResult</c> would do the same, but needs services that write keys to the user's home.)
/// </summary>
internal sealed class Html<TComponent>(params (string Name, object? Value)[] parameters) : IResult where TComponent : IComponent
{
    public int Status { get; init; } = StatusCodes.Status200OK;

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var services = httpContext.RequestServices;
        var values = parameters.ToDictionary(p => p.Name, p => p.Value);
        values["Shell"] = ShellOf(httpContext);
        await using var renderer = new HtmlRenderer(services, services.GetRequiredService<ILoggerFactory>());
        var html = await renderer.Dispatcher.InvokeAsync(async () =>
            (await renderer.RenderComponentAsync<TComponent>(ParameterView.FromDictionary(values))).ToHtmlString());

        httpContext.Response.StatusCode = Status;
        httpContext.Response.ContentType = "text/html; charset=utf-8";
        httpContext.Response.Headers.CacheControl = "no-store";
        await httpContext.Response.WriteAsync(html, Encoding.UTF8, httpContext.RequestAborted);
    }

    private static Shell ShellOf(HttpContext context)
    {
        var recorder = context.RequestServices.GetRequiredService<RecorderStatus>();
        var theme = context.Request.Cookies["theme"] is "light" or "dark" ? context.Request.Cookies["theme"] : null;
        return new Shell(context.RequestServices.GetRequiredService<TimeProvider>().GetUtcNow().UtcDateTime, theme, recorder.State,
            recorder.Problem, recorder.LastEventAt, recorder.Outdated.Count > 0);
    }
}
