using System.Diagnostics;
using EventHistory.Core.Workflows;

namespace EventHistory.Core.Tests.Workflows;

public sealed class WorkflowTreeTests
{
    [Fact]
    public void A_task_stands_before_those_it_sent() =>
        Assert.Equal("root / a / / a1 / / a2 / b", Written("root", ("root", null), ("a", "root"), ("b", "root"), ("a1", "a"), ("a2", "a")));

    [Fact]
    public void What_was_sent_by_an_unknown_task_stands_beneath_the_root() =>
        Assert.Equal("root / a / ?orphan / / child", Written("root", ("root", null), ("orphan", "lost"), ("child", "orphan"), ("a", "root")));

    [Fact]
    public void A_root_of_which_nothing_was_recorded_is_not_there() =>
        Assert.Equal(" / ?a / / a1 / ?b", Written("root", ("a", "root"), ("a1", "a"), ("b", "root")));

    [Fact]
    public void A_task_that_is_its_own_parent_is_one_without() =>
        Assert.Equal("root / ?a", Written("root", ("root", "root"), ("a", "a")));

    [Fact]
    public void A_ring_is_cut_open_where_it_was_seen_first() =>
        Assert.Equal("root / ?a / / b / / / c", Written("root", ("root", null), ("a", "c"), ("b", "a"), ("c", "b")));

    [Fact]
    public void A_root_with_a_parent_stays_on_top() =>
        Assert.Equal("root / a", Written("root", ("root", "a"), ("a", "root")));

    [Fact]
    public void Children_are_counted() =>
        Assert.Equal([2, 1, 0, 0], Tree("root", ("root", null), ("a", "root"), ("b", "root"), ("a1", "a")).Select(t => t.Children));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_hundred_thousand_tasks_are_placed_at_once(bool chain)
    {
        var watch = Stopwatch.StartNew();

        var tree = Tree("0", [.. Enumerable.Range(0, 100_000).Select(n => ($"{n}", n == 0 ? null : chain ? $"{n - 1}" : "0"))]);

        Assert.Equal(100_000, tree.Count);
        Assert.Equal(chain ? 99_999 : 1, tree[^1].Depth);
        Assert.Equal(chain ? 100_000 : 2, CriticalPath.Of(tree).Count);
        Assert.InRange(watch.Elapsed.TotalSeconds, 0, 5);
    }

    private static IReadOnlyList<WorkflowTask> Tree(string root, params (string Id, string? Parent)[] tasks) => WorkflowTree.Of(root,
        [.. tasks.Select((t, n) => new WorkflowTask
        {
            Id = t.Id,
            ParentId = t.Parent,
            State = "SUCCESS",
            FirstSeen = Given.At("10:00:00").AddSeconds(n),
            StateAt = Given.At("10:00:01").AddSeconds(n),
        })]);

    private static string Written(string root, params (string Id, string? Parent)[] tasks)
    {
        var tree = Tree(root, tasks);
        Assert.Equal(tasks.Length, tree.Count);
        return string.Concat(tree.Select(t => string.Concat(Enumerable.Repeat(" /", t.Depth)) + (t.Depth > 0 ? " " : "") + (t.Misplaced ? "?" : "") + t.Id));
    }
}
