using EventHistory.Queries;

namespace EventHistory.Ui;

/// <summary>The pages, rendered on the server: tasks, one task, workers.</summary>
internal static class UiSetup
{
    public static IServiceCollection AddUi(this IServiceCollection services)
    {
        services.AddQueries();
        return services;
    }

    public static void MapUi(this WebApplication app)
    {
        app.UseWhen(context => !MachinePaths.Contain(context.Request.Path), pages => pages
            .Use(PageHeaders)
            .UseExceptionHandler(new ExceptionHandlerOptions { ExceptionHandler = PageProblems.Failed })
            .UseStatusCodePages(PageProblems.NoPage));

        var pages = app.MapGroup("").AddEndpointFilter(PageProblems.ExplainFaults).ExcludeFromDescription();
        pages.MapMethods("/", Html.Methods, () => TypedResults.Redirect("/tasks"));
        pages.MapMethods("/tasks", Html.Methods, TaskPages.List);
        pages.MapMethods("/task/{**id}", Html.Methods, TaskPages.One);
        pages.MapMethods("/workers", Html.Methods, WorkerPages.List);
        pages.MapMethods("/status", Html.Methods, () => new Html<RecordingStatus>());
        pages.MapMethods("/assets/{name}", Html.Methods, Asset.Serve);
    }

    private static Task PageHeaders(HttpContext context, RequestDelegate next)
    {
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'";
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "same-origin";
        return next(context);
    }
}
