using EventHistory.Core.Celery;
using EventHistory.Core.Tasks;
using EventHistory.Projections;

namespace EventHistory.Tests.Projections;

public sealed class TasksInHandTests
{
    private readonly TasksInHand _tasks = new(capacity: 4);

    [Fact]
    public void What_is_touched_again_stays()
    {
        var kept = Add("kept");
        for (var i = 0; i < 10; i++)
        {
            Add($"other {i}");
            Assert.Same(kept, Find(kept));
            _tasks.Trim(long.MaxValue);
        }
    }

    [Fact]
    public void What_is_not_is_forgotten()
    {
        var forgotten = Add("forgotten");
        Pass(long.MaxValue, 4);
        Assert.Null(Find(forgotten));
    }

    [Fact]
    public void Nothing_is_lost_before_a_trim()
    {
        var tasks = Enumerable.Range(0, 100).Select(i => Add($"task {i}")).ToList();
        Assert.All(tasks, task => Assert.Same(task, Find(task)));
    }

    [Fact]
    public void What_is_not_written_yet_stays_whatever_happens()
    {
        var unwritten = Enumerable.Range(0, 20).Select(i => Add($"unwritten {i}")).ToList();
        foreach (var task in unwritten)
            (task.UnwrittenFrom, task.Write) = (7, 1);
        Pass(committed: 1000, 50);
        Assert.All(unwritten, task => Assert.Same(task, Find(task)));

        foreach (var task in unwritten)
            task.UnwrittenFrom = 0;
        Pass(committed: 1000, 50);
        Assert.All(unwritten, task => Assert.Null(Find(task)));
    }

    [Fact]
    public void What_is_not_committed_yet_stays_until_it_is()
    {
        var inFlight = Add("in flight");
        inFlight.Write = 7;
        Pass(committed: 6, 50);
        Assert.Same(inFlight, Find(inFlight));
        Pass(committed: 7, 50);
        Assert.Null(Find(inFlight));
    }

    [Fact]
    public void What_was_removed_is_gone_from_wherever_it_was()
    {
        var (young, old) = (Add("young"), Add("old"));
        _tasks.Remove(young.Fold.Id.Key);
        Add("another");
        _tasks.Trim(long.MaxValue);
        _tasks.Remove(old.Fold.Id.Key);
        Assert.Null(Find(young));
        Assert.Null(Find(old));
        Assert.Same(Add("young").Fold, Find(young)!.Fold); // and may come again
    }

    // A few others come and go
    private void Pass(long committed, int count)
    {
        for (var i = 0; i < count; i++)
        {
            Add($"other {Guid.NewGuid()}");
            _tasks.Trim(committed);
        }
    }

    private HeldTask? Find(HeldTask task) => _tasks.Find(task.Fold.Id.Key);

    private HeldTask Add(string id)
    {
        var task = new HeldTask(new TaskFold(TaskId.Parse(id)));
        _tasks.Add(task);
        return task;
    }
}
