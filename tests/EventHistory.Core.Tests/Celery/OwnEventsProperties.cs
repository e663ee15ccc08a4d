using System.Text;
using System.Text.Json;
using EventHistory.Core.Celery;
using FsCheck;
using FsCheck.Fluent;

namespace EventHistory.Core.Tests.Celery;

/// <summary>Whatever one of our own events says, no fold takes it for what a task or a worker said; and it is known which task it is about.</summary>
public sealed class OwnEventsProperties
{
    [Fact]
    public void An_event_of_our_own_is_no_tasks_and_names_the_task_that_it_is_about() => Prop.ForAll<NonNull<string>, NonNull<string>>((type, task) =>
    {
        var own = Read($$"""{"type": {{JsonSerializer.Serialize("eventhistory-" + type.Get)}}, "timestamp": 1, "hostname": "eventhistory", "task": {{JsonSerializer.Serialize(task.Get)}}}""");
        var others = Read($$"""{"type": {{JsonSerializer.Serialize("task-" + type.Get)}}, "uuid": "x", "task": {{JsonSerializer.Serialize(task.Get)}}}""");
        return own is { Kind: EventKind.Other, TaskId: null } && !own.Kind.IsTask() && !own.Kind.IsFromWorker()
            && OwnEvents.Task(own) == TaskId.Parse(JsonSerializer.Deserialize<string>(JsonSerializer.Serialize(task.Get))!) && OwnEvents.Task(others) is null;
    }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("""{"type": "eventhistory-pruned"}""")]
    [InlineData("""{"type": "eventhistory-pruned", "task": 7}""")]
    [InlineData("""{"type": "eventhistory-pruned", "task": null}""")]
    [InlineData("""{"type": "eventhistory", "task": "x"}""")]
    public void One_may_be_about_none(string json) => Assert.Null(OwnEvents.Task(Read(json)));

    private static CeleryEvent Read(string json)
    {
        var events = new List<CeleryEvent>();
        EventDecoder.Decode(Encoding.UTF8.GetBytes(json), events);
        return events.Single();
    }
}
