using EventHistory.Core.Queries;
using EventHistory.Core.Retention;
using EventHistory.Core.Tasks;
using EventHistory.Queries;
using EventHistory.Retention;

namespace EventHistory.Ui.Tasks;

/// <summary>What becomes of a task.</summary>
/// <param name="Future">Null: it is not finished, and stays until it is.</param>
/// <param name="Pin">Null: it is not pinned itself.</param>
/// <param name="By">Who pinned or decided something here before.</param>
/// <param name="Problem">Why it was not pinned.</param>
public sealed record KeepingModel(string Id, TaskFuture? Future, Pin? Pin, string By, string? Problem);

/// <summary>Whether a task stays: read with it, and changed by a form.</summary>
internal static class Keeping
{
    public const string Path = "/pin";

    public static async Task<KeepingModel> Of(TaskDetail task, HttpContext context, RetentionPolicies policies, Pins pins, string? problem, CancellationToken ct)
    {
        var lastRecorded = task.Events.Count > 0 ? task.Events[^1].RecordedAt : default(DateTime?);
        var future = TaskStates.IsFinal(task.Task.State) && lastRecorded is { } at
            ? TaskFuture.Of((await policies.InForce(ct)).Policy, task.Task.State, task.Task.Name, at) : null;
        return new KeepingModel(task.Task.Id, future, await pins.Find(task.Task.Id, ct), VisitorName.Of(context), problem);
    }

    public static async Task<IResult> Change(
        HttpContext context, TaskDetailQueries tasks, RetentionPolicies policies, Pins pins, TimeProvider time, CancellationToken ct)
    {
        if (!context.Request.HasFormContentType)
            return PageProblems.NotUnderstood("A pin is sent as a form; programs use PUT /api/v1/tasks/{id}/pin.");
        var form = await context.Request.ReadFormAsync(ct);
        var id = form["id"].ToString();
        if (await tasks.Find(id, ct) is not { } task)
            return TaskPages.Unknown(id);
        if (form["keep"] == "no")
        {
            await pins.Remove(id, ct);
            return TypedResults.Redirect(TasksTable.Link(id) + "#keeping");
        }
        var (pin, problem) = PinRequest.Of(form["by"].ToString(), form["why"].ToString());
        if (pin is null)
        {
            return new Html<TaskPage>((nameof(TaskPage.Model), task), (nameof(TaskPage.Keeping), await Of(task, context, policies, pins, problem, ct)))
            {
                Status = StatusCodes.Status400BadRequest,
            };
        }
        await pins.Set(id, pin, time.GetUtcNow().UtcDateTime, ct);
        VisitorName.Remember(context, pin.By);
        return TypedResults.Redirect(TasksTable.Link(id) + "#keeping");
    }
}
