using EventHistory.Core.Celery;
using EventHistory.Projections;
using EventHistory.Tests.Fixtures;
using EventHistory.Tests.Queries;

namespace EventHistory.Tests.Projections;

public sealed class RecordedTasksTests(Postgres postgres)
{
    private static Guid Key(int number) => TaskId.Parse(Say.Id(number)).Key;

    [Fact]
    public async Task Until_they_are_read_every_task_may_have_a_row_and_then_only_those_that_do()
    {
        var clock = new SetClock(Say.At("10:00:00"));
        await using var history = await History.Create(postgres, clock);
        Assert.True(history.Recorded.IsLoaded);
        await history.Record(Enumerable.Range(1, 500).Select(n => Say.Received(Say.Id(n), "task", Say.At("10:00:00"))));
        await history.Record(Enumerable.Range(1, 250).Select(n => Say.Failed(Say.Id(n), Say.At("10:00:01"))));
        clock.Now = clock.Now.AddDays(3);
        await history.Record(Enumerable.Range(1, 100).Select(n => Say.Failed(Say.Id(n), Say.At("10:00:02"))));

        var recorded = RecordedTasks.Unread();
        Assert.False(recorded.IsLoaded);
        Assert.True(Enumerable.Range(1, 1000).All(n => recorded.MayContain(Key(n))));
        recorded.Add(Key(1001)); // written meanwhile

        await history.Read(recorded);

        Assert.True(recorded.IsLoaded);
        Assert.True(Enumerable.Range(1, 500).Append(1001).All(n => recorded.MayContain(Key(n))));
        Assert.InRange(Enumerable.Range(501, 500).Count(n => recorded.MayContain(Key(n))), 0, 10);
    }

    [Fact]
    public void There_are_none_at_first()
    {
        var recorded = RecordedTasks.None();
        Assert.True(recorded.IsLoaded);
        Assert.False(recorded.MayContain(Key(1)));
        recorded.Add(Key(1));
        Assert.True(recorded.MayContain(Key(1)));
    }
}
