using EventHistory.Erasing;
using EventHistory.Queries;
using EventHistory.Telemetry;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace EventHistory.Api;

/// <summary>The HTTP API: <c>/api/v1</c>, its description at <c>/openapi/v1.json</c> and to try out at <c>/docs</c>, and health.</summary>
internal static class ApiSetup
{
    /// <summary>Bytes of a request's first line: a search that is too long is to be told so, and not cut off by the server.</summary>
    private const int MaxRequestLine = 512 * 1024;

    public static IServiceCollection AddApi(this IServiceCollection services)
    {
        services.AddQueries();
        services.AddErasureRequests();
        services.AddSingleton<PrometheusMetrics>();
        services.AddSingleton<LiveLog>();
        services.ConfigureHttpJsonOptions(options => ApiJson.Configure(options.SerializerOptions));
        services.AddOpenApi("v1", ApiDescription.Configure);
        services.Configure<KestrelServerOptions>(kestrel => kestrel.Limits.MaxRequestLineSize = MaxRequestLine);
        return services;
    }

    public static void MapApi(this WebApplication app)
    {
        app.UseWhen(context => MachinePaths.Contain(context.Request.Path), api => api
            .UseExceptionHandler(new ExceptionHandlerOptions { ExceptionHandler = ApiProblems.Failed })
            .UseStatusCodePages(ApiProblems.NoEndpoint));
        app.MapOpenApi();
        app.UseApiDocs();
        app.MapHealth();

        var api = app.MapGroup("/api/v1").AddEndpointFilter(ApiProblems.ExplainFaults);
        api.MapTasks();
        api.MapExport();
        api.MapWorkflows();
        api.MapWorkers();
        api.MapEvents();
        api.MapStream();
        api.MapCoverage();
        api.MapLog();
        api.MapErasures();
        api.MapFailures();
        api.MapStatistics();
        api.MapRetention();
        api.MapFindings();
        api.MapStorage();
        api.MapJobs();
        api.MapSavedQueries();
        api.MapReports();
    }
}
