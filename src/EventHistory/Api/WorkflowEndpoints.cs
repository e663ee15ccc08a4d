using EventHistory.Core.Queries;
using EventHistory.Core.Workflows;
using EventHistory.Queries;
using Microsoft.AspNetCore.Http.HttpResults;

namespace EventHistory.Api;

internal static class WorkflowEndpoints
{
    private const string OneWorkflow = "/api/v1/workflows/";
    private const int DefaultLimit = 1000;

    public static void MapWorkflows(this RouteGroupBuilder api) => api.MapGet("/workflows/{**id}", One)
        .WithName("get_workflow").WithTags("Workflows").WithSummary("A task with all that came of it")
        .WithDescription("The tree of tasks that a first task began, with its times, its state as a whole, and the critical path: the tasks that decided how long it "
            + $"took. Any task of it will do as id. Counts are of all its tasks; of more than {Workflow.MaxTasks} tasks only the first are looked at one by one, "
            + "there is no critical path then, and complete is false.")
        .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status503ServiceUnavailable)
        .WithQuery(QueryParameter.Count(TaskListQuery.Count, "How many tasks to list at most.", Workflow.MaxTasks, DefaultLimit));

    private static async Task<Results<Ok<Workflow>, ProblemHttpResult>> One(string? id, HttpContext context, WorkflowQueries workflows, CancellationToken ct)
    {
        var (limit, problem) = CountText.Read(TaskListQuery.Count, context.Request.Query[TaskListQuery.Count].ToString(), Workflow.MaxTasks, DefaultLimit);
        if (problem is not null)
            return ApiProblems.BadRequest(problem);
        id = TextInUrl.Read(context, OneWorkflow, id ?? "");
        return await workflows.Find(id, limit, ct) is { } workflow
            ? TypedResults.Ok(workflow)
            : ApiProblems.NotFound($"No event of a task with the id \"{id}\" was recorded, nor of one that it began.");
    }
}
