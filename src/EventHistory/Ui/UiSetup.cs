using EventHistory.Queries;
using EventHistory.Ui.Broker;
using EventHistory.Ui.Configuration;
using EventHistory.Ui.Coverage;
using EventHistory.Ui.Events;
using EventHistory.Ui.Failures;
using EventHistory.Ui.Home;
using EventHistory.Ui.Jobs;
using EventHistory.Ui.Reports;
using EventHistory.Ui.Runtimes;
using EventHistory.Ui.Storage;
using EventHistory.Ui.Tasks;
using EventHistory.Ui.Watching;
using EventHistory.Ui.Workers;
using EventHistory.Ui.Workflows;

namespace EventHistory.Ui;

/// <summary>The pages, rendered on the server, in the order of the bar.</summary>
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

        var pages = app.MapGroup("").AddEndpointFilter(PageProblems.ExplainFaults).AddEndpointFilter(SameOrigin.Required).ExcludeFromDescription();
        pages.MapMethods("/", Html.Methods, HomePages.Page);
        pages.MapMethods("/home/names", Html.Methods, HomePages.Names);
        pages.MapMethods("/tasks", Html.Methods, TaskPages.List);
        pages.MapMethods("/tasks/facets", Html.Methods, TaskPages.Facets);
        pages.MapMethods("/tasks/histogram", Html.Methods, TaskPages.Histogram);
        pages.MapMethods("/tasks/words", Html.Methods, TaskPages.Words);
        pages.MapMethods("/tasks/keys", Html.Methods, TaskPages.Keys);
        pages.MapMethods(SavedSearches.Path, Html.Methods, SavedSearches.List);
        pages.MapMethods(SavedSearches.Path + "/{id}", Html.Methods, SavedSearches.Open);
        pages.MapPost(SavedSearches.Path, SavedSearches.Save);
        pages.MapPost(SavedSearches.Path + "/{id}/delete", SavedSearches.Delete);
        pages.MapMethods("/task/{**id}", Html.Methods, TaskPages.One);
        pages.MapPost(Keeping.Path, Keeping.Change);
        pages.MapMethods("/compare", Html.Methods, TaskPages.Compare);
        pages.MapMethods("/workflow/{**id}", Html.Methods, WorkflowPages.One);
        pages.MapMethods("/events", Html.Methods, EventPages.List);
        pages.MapMethods("/workers", Html.Methods, WorkerPages.List);
        pages.MapMethods("/worker/{**hostname}", Html.Methods, WorkerPages.One);
        pages.MapMethods("/failures", Html.Methods, FailurePages.List);
        pages.MapMethods("/failures/matrix", Html.Methods, FailurePages.Matrix);
        pages.MapMethods("/failures/{id}", Html.Methods, FailurePages.One);
        pages.MapMethods("/failures/{id}/spread", Html.Methods, FailurePages.Spread);
        pages.MapPost("/failures/{id}/state", FailurePages.Decide);
        pages.MapMethods("/runtimes", Html.Methods, RuntimePages.Page);
        pages.MapMethods("/runtimes/table", Html.Methods, RuntimePages.Table);
        pages.MapMethods("/broker", Html.Methods, BrokerPages.Page);
        pages.MapMethods("/coverage", Html.Methods, CoveragePages.Page);
        pages.MapMethods("/reports", Html.Methods, ReportPages.List);
        pages.MapMethods("/reports/{id}", Html.Methods, ReportPages.One);
        pages.MapMethods("/reports/{id}/preview", Html.Methods, ReportPages.PreviewOf);
        pages.MapPost("/reports", ReportPages.Add);
        pages.MapPost("/reports/preview", ReportPages.Preview);
        pages.MapPost("/reports/{id}", ReportPages.Change);
        pages.MapPost("/reports/{id}/run", ReportPages.Run);
        pages.MapPost("/reports/{id}/delete", ReportPages.Delete);
        pages.MapMethods("/stuck", Html.Methods, StuckPages.List);
        pages.MapMethods("/retention", Html.Methods, StoragePages.Page);
        pages.MapMethods("/retention/preview", Html.Methods, StoragePages.Preview);
        pages.MapPost("/retention", StoragePages.Save);
        pages.MapPost("/retention/prune", StoragePages.PruneNow);
        pages.MapMethods("/jobs", Html.Methods, JobPages.List);
        pages.MapPost("/jobs/{name}/run", JobPages.Run);
        pages.MapMethods("/settings", Html.Methods, SettingsPages.Page);
        pages.MapMethods("/status", Html.Methods, () => new Html<RecordingStatus>());
        pages.MapMethods("/assets/{name}", Html.Methods, Asset.Serve);
    }

    private static Task PageHeaders(HttpContext context, RequestDelegate next)
    {
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "same-origin";
        return next(context);
    }
}
