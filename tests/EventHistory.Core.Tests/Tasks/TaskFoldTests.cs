using EventHistory.Core.Celery;
using EventHistory.Core.Tasks;

namespace EventHistory.Core.Tests.Tasks;

public sealed class TaskFoldTests
{
    public static TheoryData<string> Scripts =>
        [.. Directory.GetFiles(Given.PathOf("Tasks", "Scripts"), "*.txt").Select(f => Path.GetFileNameWithoutExtension(f)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Scripts))]
    public void A_story_ends_as_its_script_says_in_any_order(string script) => Golden.Check(Given.PathOf("Tasks", "Scripts", script + ".txt"));

    [Fact]
    public void The_earliest_time_is_found_again_after_events_without_any()
    {
        var row = new Row(TaskId.Parse(Given.Id));
        row.Apply(Given.Event("task-started", Given.At("10:00:00"), more: ("timestamp", "soon")));
        row.Reload();
        row.Apply(Given.Event("task-started", Given.At("10:00:00")));
        Assert.Equal(Given.At("10:00:00"), row.Fold.FirstAt);
    }

    [Fact]
    public void Events_without_a_usable_time_count_and_say_nothing()
    {
        var row = new Row(TaskId.Parse(Given.Id));
        row.Apply(Given.Event("task-succeeded", Given.At("10:00:00"), more: ("timestamp", null)));
        Assert.Equal((TaskStates.Pending, 1, 1L), (row.State, row.Fold.EventCount, row.Fold.LastPosition));
        Assert.Null(row.Fold.Succeeded);
    }

    [Fact]
    public void Texts_are_handed_out_once_and_again_only_when_newer_ones_come()
    {
        var fold = new TaskFold(TaskId.Parse(Given.Id));
        var failed = Given.Event("task-failed", Given.At("10:00:05"), more: ("exception", "A()"));
        fold.Apply(failed, 1);
        Assert.Same(failed, fold.Error);
        fold.Written();
        Assert.Equal((null, true), (fold.Error, fold.IsStored));
        fold.Apply(failed, 2);
        fold.Apply(Given.Event("task-retried", Given.At("10:00:04"), more: ("exception", "B()")), 3);
        Assert.Null(fold.Error);
        var later = Given.Event("task-retried", Given.At("10:00:06"), more: ("exception", "C()"));
        fold.Apply(later, 4);
        Assert.Same(later, fold.Error);
    }

    [Fact]
    public void Positions_are_remembered_up_to_a_bound_and_the_last_one_always()
    {
        var fold = new TaskFold(TaskId.Parse(Given.Id));
        for (var i = 1; i <= 1000; i++)
            fold.Apply(Given.Event("task-progress", Given.At("10:00:00").AddSeconds(i)), i * 10);
        Assert.Equal((1000, 10_000L), (fold.EventCount, fold.LastPosition));
        Assert.Equal(Enumerable.Range(1, TaskFold.MaxPositions).Select(i => i * 10L), fold.Positions);
        Assert.Single(fold.Stamps);
    }
}
