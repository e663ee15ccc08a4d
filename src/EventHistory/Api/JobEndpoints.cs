using System.Text.Json.Nodes;
using EventHistory.Core.Celery;
using EventHistory.Core.Jobs;
using EventHistory.Jobs;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.OpenApi;

namespace EventHistory.Api;

internal static class JobEndpoints
{
    public static void MapJobs(this RouteGroupBuilder api)
    {
        api.MapGet("/jobs", List)
            .WithName("list_jobs").WithTags("Jobs").WithSummary("What is done by itself")
            .WithDescription("Each job with its schedule, when it is due next, the run that is under way and the latest one that ended.")
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable)
            .WithQuery();

        api.MapGet("/jobs/runs", Runs)
            .WithName("list_job_runs").WithTags("Jobs").WithSummary("Runs of jobs, the latest first")
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status503ServiceUnavailable)
            .WithQuery(
                QueryParameter.Text(JobRunQuery.Name, "Only of this job.", "merge-segments"),
                QueryParameter.Text(JobRunQuery.Of, "Only of this subject, of jobs that have many.", "7"),
                QueryParameter.Set(JobRunQuery.Outcome, "Only those that ended so: done, failed, cancelled, lost.", "failed", "lost"),
                QueryParameter.Position(JobRunQuery.Ahead, "Only runs with smaller ids: the last one's, for the next page."),
                QueryParameter.Count(JobRunQuery.Count, "How many at most.", JobRunQuery.MaxLimit, JobRunQuery.DefaultLimit));

        api.MapPost("/jobs/{name}/run", Ask)
            .WithName("run_job").WithTags("Jobs").WithSummary("Run a job now")
            .WithDescription("It runs besides its schedule, in a process with the role jobs; if it is running, it runs again afterwards. GET /jobs/runs tells how it goes.")
            .Accepts<JsonObject>(isOptional: true, "application/json")
            .Produces<JobAsked>(StatusCodes.Status202Accepted)
            .ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status415UnsupportedMediaType)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable)
            .WithQuery()
            .AddOpenApiOperationTransformer((operation, _, _) =>
            {
                operation.Parameters!.OfType<OpenApiParameter>().First(p => p.In == ParameterLocation.Path).Description = "The job's name, as the list gives it.";
                return Task.CompletedTask;
            });
    }

    private static async Task<Ok<JobList>> List(JobQueries jobs, CancellationToken ct) => TypedResults.Ok(await jobs.List(ct));

    private static async Task<Results<Ok<JobRunList>, ProblemHttpResult>> Runs(HttpRequest request, JobQueries jobs, TimeProvider time, CancellationToken ct)
    {
        var (query, problem) = JobRunQuery.Parse(request.Given(), time.GetUtcNow().UtcDateTime);
        return query is null ? ApiProblems.BadRequest(problem!) : TypedResults.Ok(await jobs.Runs(query, ct));
    }

    private static async Task<Results<Accepted<JobAsked>, ProblemHttpResult>> Ask(string name, HttpRequest request, WorkSchedules schedules, CancellationToken ct)
    {
        if (!request.HasJsonContentType())
            return ApiProblems.NotJson(); // a form of another site can send anything else
        return await schedules.RunNow(JsonText.Storable(name), null, ct)
            ? TypedResults.Accepted($"/api/v1/jobs/runs?job={Uri.EscapeDataString(name)}", new JobAsked(name))
            : ApiProblems.NotFound($"There is no job \"{name}\": /api/v1/jobs lists those there are.");
    }
}

/// <param name="Job">That will run.</param>
internal sealed record JobAsked(string Job);
