using EventHistory.Core.Queries;
using EventHistory.Tests.Fixtures;

namespace EventHistory.Tests.Queries;

public sealed class TaskDetailQueriesTests(Postgres postgres) : IAsyncLifetime
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private History _history = null!;

    public async ValueTask InitializeAsync() => _history = await History.Create(postgres);

    public ValueTask DisposeAsync() => _history.DisposeAsync();

    [Fact]
    public async Task A_task_is_told_with_its_attempts_and_its_events_in_order()
    {
        var id = Say.Id(1);
        await _history.Record(
            Say.Event("task-received", "10:00:00", ("uuid", id), ("name", "pay"), ("retries", 0), ("root_id", id), ("parent_id", null)),
            Say.Event("task-started", "10:00:01", ("uuid", id)));
        await _history.Record(Say.Received(Say.Id(2), "another", Say.At("10:00:02")));
        await _history.Record(
            Say.Event("task-received", "10:00:05", ("uuid", id), ("name", "pay"), ("retries", 1), ("root_id", id), ("parent_id", id)),
            Say.Event("task-retried", "10:00:05.1", ("uuid", id), ("exception", "Timeout()"), ("traceback", "T")),
            Say.Event("task-started", "10:00:06", ("uuid", id)),
            Say.Event("task-succeeded", "10:00:07", ("uuid", id), ("result", "42"), ("runtime", 1.0)));

        var task = await _history.Details.Find(id, Ct);

        Assert.Equal([0, 1], task!.Attempts.Select(a => a.Number));
        Assert.Equal(["RETRY", "SUCCESS"], task.Attempts.Select(a => a.State));
        Assert.Equal("T", task.Traceback);
        Assert.Equal(["task-received", "task-started", "task-received", "task-retried", "task-started", "task-succeeded"], task.Events.Select(e => e.Type));
        Assert.Equal([1, 2, 4, 5, 6, 7], task.Events.Select(e => e.Position));
        Assert.Equal(Say.At("10:00:05.1"), task.Events[3].OccurredAt);
        Assert.True(task.EventsComplete);
        Assert.Null(task.Parent); // Celery says of a retry that the task is its own parent
        Assert.Equal(id, task.Root!.Id);
    }

    [Fact]
    public async Task A_runtime_is_compared_with_those_of_the_same_name_in_the_days_before()
    {
        var now = Say.At("10:00:00");
        for (var n = 1; n <= 10; n++)
            await Run(n, "pay", now.AddHours(-n), seconds: n);
        for (var n = 0; n < 20; n++)
            await Run(20 + n, "pay", now.AddDays(-20).AddHours(-n), seconds: 9);
        await Run(11, "mail", now, seconds: 0.001);

        var rank = (await _history.Details.Find(Say.Id(3), Ct))!.RuntimeRank!;
        Assert.Equal((1 / 24.0, 24, Say.At("08:00:00")), (rank.Share, rank.Count, rank.To)); // the runs of 1 and 2 seconds came later
        Assert.Equal(now.AddDays(-20).AddHours(-15), rank.From); // and of those before, some hours are enough
        await _history.Record(Say.Failed(Say.Id(13), now));
        Assert.Null((await _history.Details.Find(Say.Id(13), Ct))!.RuntimeRank);

        Task Run(int task, string name, DateTime ended, double seconds) => _history.Record(
            Say.Received(Say.Id(task), name, ended.AddSeconds(-seconds)), Say.Event("task-succeeded", ended, ("uuid", Say.Id(task)), ("runtime", seconds), ("result", "1")));
    }

    [Fact]
    public async Task A_failure_is_told_with_its_group()
    {
        await _history.Record(Say.Received(Say.Id(1), "pay", Say.At("10:00:00")));
        Assert.Null((await _history.Details.Find(Say.Id(1), Ct))!.Failure);
        await _history.Record(Say.Failed(Say.Id(1), Say.At("10:00:01")));

        var failure = (await _history.Details.Find(Say.Id(1), Ct))!.Failure!;
        Assert.Equal("ValueError: no", failure.Title);
        Assert.True(Guid.TryParseExact(failure.Id, "N", out _));
    }

    [Fact]
    public async Task A_workflow_is_linked()
    {
        await _history.Record(
            Say.Event("task-received", "10:00:00", ("uuid", "root"), ("name", "flow"), ("root_id", "root"), ("parent_id", null)),
            Say.Event("task-received", "10:00:01", ("uuid", Say.Id(1)), ("name", "step"), ("root_id", "root"), ("parent_id", "root")),
            Say.Event("task-received", "10:00:02", ("uuid", "odd / 2"), ("name", "step"), ("root_id", "root"), ("parent_id", "root")),
            Say.Event("task-received", "10:00:03", ("uuid", "orphan"), ("name", "step"), ("root_id", "lost"), ("parent_id", "lost")));

        var root = await _history.Details.Find("root", Ct);
        var step = await _history.Details.Find("odd / 2", Ct);
        var orphan = await _history.Details.Find("orphan", Ct);

        Assert.Equal([new(Say.Id(1), "step", "RECEIVED"), new("odd / 2", "step", "RECEIVED")], root!.Children);
        Assert.True(root.ChildrenComplete);
        Assert.Equal(new RelatedTask("root", "flow", "RECEIVED"), step!.Parent);
        Assert.Equal(new RelatedTask("lost", null, null), orphan!.Parent);
    }

    [Theory]
    [InlineData("plain")]
    [InlineData("with blanks / and slashes")]
    [InlineData("漢字 ünï")]
    [InlineData("a%2Fb")]
    [InlineData("nul\0nul")]
    [InlineData("D93E7B96-3B5E-4D57-9A3C-000000000001")]
    public async Task An_id_is_any_text(string id)
    {
        await _history.Record(Say.Received(id, "task", Say.At("10:00:00")));

        var task = await _history.Details.Find(id, Ct);
        var again = await _history.Details.Find(task!.Task.Id, Ct); // as an answer shows it

        Assert.Single(task.Events);
        Assert.Equal(task.Task, again!.Task);
    }

    [Fact]
    public async Task A_long_story_is_told_to_its_end()
    {
        await _history.Record(Say.Received("long", "task", Say.At("10:00:00")));
        for (var batch = 0; batch < 4; batch++)
        {
            await _history.Record(Enumerable.Range(0, 100).Select(n =>
                Say.Event("task-progress", Say.At("10:00:01").AddSeconds((batch * 100) + n), ("uuid", "long"), ("n", (batch * 100) + n))));
        }

        var task = await _history.Details.Find("long", Ct);

        Assert.Equal(401, task!.Events.Count);
        Assert.True(task.EventsComplete);
        Assert.Equal("PROGRESS", task.Task.State);
    }

    [Fact]
    public async Task An_endless_story_says_that_it_goes_on()
    {
        await _history.Record(Say.Received("endless", "task", Say.At("10:00:00")));
        await _history.Record(Enumerable.Range(0, 1200).Select(n =>
            Say.Event("task-progress", Say.At("10:00:01").AddSeconds(n), ("uuid", "endless"), ("n", n))));

        var task = await _history.Details.Find("endless", Ct);

        Assert.Equal(TaskDetail.MaxEvents, task!.Events.Count);
        Assert.False(task.EventsComplete);
        Assert.Equal(1201, task.Task.EventCount);
    }

    [Fact]
    public async Task The_same_ids_in_two_sources_confuse_nothing()
    {
        await using var second = await _history.Another("second");
        foreach (var source in new[] { _history, second })
        {
            await source.Record(
                Say.Event("task-received", "10:00:00", ("uuid", "root"), ("name", "flow"), ("root_id", "root"), ("parent_id", null)),
                Say.Event("task-received", "10:00:01", ("uuid", "step"), ("name", "step"), ("root_id", "root"), ("parent_id", "root")));
        }
        await second.Record(Say.Event("task-started", "10:00:02", ("uuid", "step")));

        var root = await _history.Details.Find("root", Ct);
        var step = await _history.Details.Find("step", Ct);

        Assert.Equal("step", Assert.Single(root!.Children.DistinctBy(c => c.Id)).Id);
        Assert.Equal("root", step!.Parent!.Id);
        Assert.Equal(step.Task.EventCount, step.Events.Count);
        Assert.True(step.Task.State is "RECEIVED" or "STARTED");
    }

    [Fact]
    public async Task What_was_never_recorded_is_not_found() => Assert.Null(await _history.Details.Find("nobody", Ct));
}
