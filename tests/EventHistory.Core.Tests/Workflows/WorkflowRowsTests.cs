using EventHistory.Core.Workflows;

namespace EventHistory.Core.Tests.Workflows;

public sealed class WorkflowRowsTests
{
    private static readonly WorkflowTask _root = new() { Id = "root", State = "SUCCESS", Name = "chord", Children = 501 };

    [Fact]
    public void Five_hundred_that_are_alike_are_one_line()
    {
        var rows = WorkflowRows.Of([_root, .. Group(500), Leaf("callback", "sum")], new HashSet<string>());

        Assert.Equal(["root", "g1", "callback"], rows.Select(row => row.Task.Id));
        Assert.Equal([1, 500, 1], rows.Select(row => row.Alike.Count));
    }

    [Fact]
    public void Whoever_asks_for_one_of_them_sees_each_below_the_line()
    {
        var rows = WorkflowRows.Of([_root, .. Group(500), Leaf("callback", "sum")], new HashSet<string> { "g250" });

        Assert.Equal(503, rows.Count);
        Assert.True(rows[1] is { IsHead: true, IsMany: true });
        Assert.Equal("g500", rows[501].Task.Id);
    }

    [Fact]
    public void A_few_stand_one_by_one() =>
        Assert.Equal(1 + WorkflowRows.MaxAlike, WorkflowRows.Of([_root, .. Group(WorkflowRows.MaxAlike)], new HashSet<string>()).Count);

    [Fact]
    public void One_that_sent_tasks_itself_is_like_no_other()
    {
        var tasks = Group(20).ToList();
        tasks[9] = tasks[9] with { Children = 1 };
        tasks.Insert(10, Leaf("child", "add") with { Depth = 2, ParentId = "g10" });

        Assert.Equal(["root", "g1", "g10", "child", "g11"], WorkflowRows.Of([_root, .. tasks], new HashSet<string>()).Select(row => row.Task.Id));
    }

    private static IEnumerable<WorkflowTask> Group(int count) => Enumerable.Range(1, count).Select(n => Leaf($"g{n}", "add"));

    private static WorkflowTask Leaf(string id, string name) => new() { Id = id, Name = name, State = "SUCCESS", ParentId = "root", Depth = 1 };
}
