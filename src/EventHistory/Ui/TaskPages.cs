using EventHistory.Core.Queries;
using EventHistory.Core.Search;
using EventHistory.Queries;

namespace EventHistory.Ui;

/// <summary><c>/tasks</c> and <c>/task/{id}</c>.</summary>
internal static class TaskPages
{
    private const int PageSize = 50;
    private const int MaxSuggestions = 500;

    public static async Task<Html<TasksPage>> List(HttpRequest request, TaskQueries tasks, WorkerQueries workers, TimeProvider time, CancellationToken ct)
    {
        var form = TasksForm.Read(request.Query);
        var names = await tasks.Names(MaxSuggestions, ct);
        var hosts = await workers.Names(MaxSuggestions, ct);
        var place = request.Query[TaskListQuery.At].ToString();
        var (query, problem) = TaskListQuery.Parse(
            [.. form.Parameters(names, hosts), KeyValuePair.Create(TaskListQuery.At, place)], time.GetUtcNow().UtcDateTime);
        var page = query is null ? new([], null, null) : await tasks.List(query.Filter, TaskOrder.Newest, query.Place, PageSize, ct);
        var model = new TasksModel(form, form.ToQuery(), place.Length == 0, problem, page)
        {
            Names = names,
            Workers = hosts,
            HasAny = page.Items.Count > 0 || (await tasks.List(Filter.Everything, TaskOrder.Newest, null, 1, ct)).Items.Count > 0,
        };
        return new Html<TasksPage>((nameof(TasksPage.Model), model)) { Status = problem is null ? StatusCodes.Status200OK : StatusCodes.Status400BadRequest };
    }

    public static async Task<IResult> One(string? id, HttpContext context, TaskDetailQueries tasks, CancellationToken ct)
    {
        id = TextInUrl.Read(context, "/task/", id ?? "");
        return id.Length == 0 ? TypedResults.Redirect("/tasks")
            : await tasks.Find(id, ct) is { } task ? new Html<TaskPage>((nameof(TaskPage.Model), task))
            : PageProblems.NotFound($"No event of a task with the id “{Show.Cut(id, 300)}” was recorded.");
    }
}
