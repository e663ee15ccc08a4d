namespace EventHistory.Ui;

/// <summary>
/// Only our own pages may change something. A browser says with every POST where it comes from: by <c>Sec-Fetch-Site</c>, or over plain HTTP by
/// <c>Origin</c>; what says neither is not a form of ours. So no token has to be kept, and no key.
/// </summary>
internal static class SameOrigin
{
    public static async ValueTask<object?> Required(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var request = context.HttpContext.Request;
        return HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method) || Holds(request) ? await next(context) : PageProblems.FromElsewhere();
    }

    private static bool Holds(HttpRequest request)
    {
        var site = request.Headers["Sec-Fetch-Site"].ToString();
        return site.Length > 0 ? site == "same-origin"
            : Uri.TryCreate(request.Headers.Origin.ToString(), UriKind.Absolute, out var origin) && HostString.FromUriComponent(origin) == HostOf(request);
    }

    // both without the port that goes without saying
    private static HostString HostOf(HttpRequest request) =>
        Uri.TryCreate($"{request.Scheme}://{request.Host}", UriKind.Absolute, out var own) ? HostString.FromUriComponent(own) : request.Host;
}
