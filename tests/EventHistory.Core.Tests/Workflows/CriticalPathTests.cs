using EventHistory.Core.Workflows;

namespace EventHistory.Core.Tests.Workflows;

public sealed class CriticalPathTests
{
    [Fact]
    public void It_leads_from_the_first_task_to_the_one_that_ended_last()
    {
        var path = Path(
            Task("root", null, sent: 0, started: 1, ended: 3),
            Task("short", "root", sent: 2, started: 2, ended: 4),
            Task("long", "root", sent: 2, started: 5, ended: 6),
            Task("last", "long", sent: 6, started: 7, ended: 9));

        Assert.Equal(
            [
                new CriticalStep("root", "n", "SUCCESS", At(0), At(2), 2, 1),
                new CriticalStep("long", "n", "SUCCESS", At(2), At(6), 4, 3),
                new CriticalStep("last", "n", "SUCCESS", At(6), At(9), 3, 1),
            ], path);
    }

    [Fact]
    public void Clocks_that_contradict_each_other_make_no_step_negative()
    {
        var path = Path(Task("root", null, sent: 10, started: 11, ended: 12), Task("early", "root", sent: 3, started: 2, ended: 20));

        Assert.Equal([(0, 0), (17, 0)], path.Select(s => (s.Seconds, s.Waited)));
    }

    [Fact]
    public void A_task_that_has_not_started_waits_to_the_end() =>
        Assert.Equal([(5, 5)], Path(Task("root", null, sent: 0, started: null, ended: 5)).Select(s => (s.Seconds, s.Waited)));

    [Fact]
    public void Without_times_there_is_none() =>
        Assert.Empty(CriticalPath.Of([new WorkflowTask { Id = "a", State = "SUCCESS" }]));

    [Theory]
    [InlineData("waiting", "PENDING", "RECEIVED")]
    [InlineData("running", "PENDING", "SUCCESS")]
    [InlineData("running", "STARTED", "FAILURE")]
    [InlineData("running", "RETRY")]
    [InlineData("running", "PROGRESS")]
    [InlineData("succeeded", "SUCCESS")]
    [InlineData("failed", "SUCCESS", "FAILURE", "REVOKED")]
    [InlineData("failed", "REJECTED")]
    [InlineData("revoked", "SUCCESS", "REVOKED")]
    public void The_states_of_its_tasks_make_that_of_a_workflow(string state, params string[] ofTasks) =>
        Assert.Equal(state, WorkflowState.Of(ofTasks));

    private static IReadOnlyList<CriticalStep> Path(params WorkflowTask[] tasks) => CriticalPath.Of(WorkflowTree.Of("root", tasks));

    private static WorkflowTask Task(string id, string? parent, int sent, int? started, int ended) => new()
    {
        Id = id,
        ParentId = parent,
        Name = "n",
        State = "SUCCESS",
        FirstSeen = At(sent),
        Started = started is { } at ? At(at) : null,
        StateAt = At(ended),
    };

    private static DateTime At(int seconds) => Given.At("10:00:00").AddSeconds(seconds);
}
