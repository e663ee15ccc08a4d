using EventHistory.Queries;
using EventHistory.Telemetry;

namespace EventHistory.Api;

/// <summary>The HTTP API: <c>/api/v1</c>, its description at <c>/openapi/v1.json</c>, and health.</summary>
internal static class ApiSetup
{
    public static IServiceCollection AddApi(this IServiceCollection services)
    {
        services.AddQueries();
        services.AddSingleton<PrometheusMetrics>();
        services.ConfigureHttpJsonOptions(options => ApiJson.Configure(options.SerializerOptions));
        services.AddOpenApi("v1", ApiDescription.Configure);
        return services;
    }

    public static void MapApi(this WebApplication app)
    {
        app.UseWhen(context => MachinePaths.Contain(context.Request.Path), api => api
            .UseExceptionHandler(new ExceptionHandlerOptions { ExceptionHandler = ApiProblems.Failed })
            .UseStatusCodePages(ApiProblems.NoEndpoint));
        app.MapOpenApi();
        app.MapHealth();

        var api = app.MapGroup("/api/v1").AddEndpointFilter(ApiProblems.ExplainFaults);
        api.MapTasks();
        api.MapWorkers();
        api.MapCoverage();
        api.MapLog();
    }
}
