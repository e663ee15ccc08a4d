using EventHistory.Core.Workflows;
using EventHistory.Queries;

namespace EventHistory.Ui.Workflows;

/// <summary><c>/workflow/{id}</c>: any task of it will do as id.</summary>
internal static class WorkflowPages
{
    private const string Path = "/workflow/";

    public static async Task<IResult> One(string? id, HttpContext context, WorkflowQueries workflows, TimeProvider time, CancellationToken ct)
    {
        id = TextInUrl.Read(context, Path, id ?? "");
        if (id.Length == 0)
            return TypedResults.Redirect("/tasks?q=is:root");
        if (await workflows.Find(id, Workflow.MaxTasks, ct) is not { } workflow)
            return PageProblems.NotFound($"No event of a task with the id “{Show.Cut(id, 300)}” was recorded, nor of one that it began.");
        var opened = context.Request.Query["open"].OfType<string>().ToHashSet();
        return new Html<WorkflowPage>((nameof(WorkflowPage.Model), new WorkflowModel(workflow, id, opened, time.GetUtcNow().UtcDateTime)));
    }
}
