using EventHistory.Core.Workflows;
using EventHistory.Queries;
using EventHistory.Tests.Fixtures;

namespace EventHistory.Tests.Queries;

public sealed class WorkflowQueriesTests(Postgres postgres) : IAsyncLifetime
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private History _history = null!;

    public async ValueTask InitializeAsync() => _history = await History.Create(postgres);

    public ValueTask DisposeAsync() => _history.DisposeAsync();

    [Fact]
    public async Task A_workflow_is_told_from_its_first_task_to_the_end()
    {
        await _history.Record(
            Sent("root", 0, null), Ended("root", 3, 2.5), Sent(Say.Id(1), 1, "root"), Ended(Say.Id(1), 5, 1.5),
            Sent("odd / 2", 2, "root"), Ended("odd / 2", 4, 1), Sent("deep", 4, Say.Id(1)), Ended("deep", 9, 0.5),
            Say.Event("task-received", Say.At("10:00:00"), ("uuid", "stranger"), ("name", "other"), ("root_id", "stranger")));

        var workflow = await Find("root");

        Assert.Equal(("root", "flow", "succeeded", 4, 9.0, 5.5), (workflow.Root, workflow.Name, workflow.State, workflow.TaskCount, workflow.Seconds, workflow.Runtime));
        Assert.Equal([new WorkflowStateCount("SUCCESS", 4)], workflow.States);
        Assert.Equal([("root", 0), (Say.Id(1), 1), ("deep", 2), ("odd / 2", 1)], workflow.Tasks.Select(t => (t.Id, t.Depth)));
        Assert.Equal(["root", Say.Id(1), "deep"], workflow.CriticalPath!.Select(s => s.Id));
        Assert.True(workflow.Complete);
    }

    [Fact]
    public async Task Any_of_its_tasks_leads_to_it_and_its_root_may_be_unknown()
    {
        await _history.Record(Sent("a", 1, "root"), Sent("b", 2, "a"));

        foreach (var id in new[] { "root", "a", "b" })
        {
            var workflow = await Find(id);
            Assert.Equal(("root", null, "waiting", 2), (workflow.Root, workflow.Name, workflow.State, workflow.TaskCount));
            Assert.Equal(["a", "b"], workflow.Tasks.Select(t => t.Id));
        }
        Assert.Null(await new WorkflowQueries(_history.Data).Find("nobody", 10, Ct));
    }

    [Fact]
    public async Task A_task_that_says_nothing_of_a_root_is_a_workflow_of_its_own()
    {
        await _history.Record(Say.Received("alone", "task", Say.At("10:00:00")));

        Assert.Equal(["alone"], (await Find("alone")).Tasks.Select(t => t.Id));
    }

    [Fact]
    public async Task A_ring_ends()
    {
        await _history.Record(Sent("root", 0, null), Sent("a", 1, "b"), Sent("b", 2, "a"));

        Assert.Equal([("root", false), ("a", true), ("b", false)], (await Find("a")).Tasks.Select(t => (t.Id, t.Misplaced)));
    }

    [Fact]
    public async Task Of_a_very_large_one_the_beginning_is_shown_and_all_is_counted()
    {
        const int Size = Workflow.MaxTasks + 5;
        await _history.Record(Enumerable.Range(0, Size).Select(n => Sent(n == 0 ? "root" : Say.Id(n), n, n == 0 ? null : "root")));

        var workflow = await Find("root");

        Assert.Equal((Size, 100, false), (workflow.TaskCount, workflow.Tasks.Count, workflow.Complete));
        Assert.Null(workflow.CriticalPath);
        Assert.Equal(["root", Say.Id(1)], workflow.Tasks.Take(2).Select(t => t.Id));
    }

    private async Task<Workflow> Find(string id) => (await new WorkflowQueries(_history.Data).Find(id, 100, Ct))!;

    private static string Sent(string id, int second, string? parent) => Say.Event("task-sent", Say.At("10:00:00").AddSeconds(second),
        ("uuid", id), ("name", id == "root" ? "flow" : "step"), ("retries", 0), ("queue", "celery"), ("root_id", "root"), ("parent_id", parent));

    private static string Ended(string id, int second, double runtime) => Say.Event("task-succeeded", Say.At("10:00:00").AddSeconds(second),
        ("uuid", id), ("result", "1"), ("runtime", runtime));
}
