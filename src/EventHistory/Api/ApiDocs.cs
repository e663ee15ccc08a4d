namespace EventHistory.Api;

/// <summary>The API's description as a page on which requests can be tried out: Swagger UI, served from this program alone.</summary>
internal static class ApiDocs
{
    private const string Path = "/docs";

    public static void UseApiDocs(this IApplicationBuilder app) => app.UseWhen(context => context.Request.Path.StartsWithSegments(Path), docs => docs
        .Use(Headers)
        .UseSwaggerUI(ui =>
        {
            ui.RoutePrefix = Path[1..];
            ui.DocumentTitle = "EventHistory API";
            ui.SwaggerEndpoint("/openapi/v1.json", "v1");
            ui.EnableTryItOutByDefault();
            ui.DefaultModelsExpandDepth(-1); // answers are described where they are given
            ui.DisplayRequestDuration();
        }));

    // the page has styles and pictures of its own inside, and no script
    private static Task Headers(HttpContext context, RequestDelegate next)
    {
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'";
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "same-origin";
        return next(context);
    }
}
