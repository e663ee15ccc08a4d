using EventHistory.Core.Queries;
using EventHistory.Queries;
using EventHistory.Tests.Fixtures;
using EventHistory.Tests.Store;

namespace EventHistory.Tests.Queries;

public sealed class EventListQueriesTests(Postgres postgres) : IAsyncLifetime
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private History _history = null!;

    public async ValueTask InitializeAsync() => _history = await History.Create(postgres);

    public ValueTask DisposeAsync() => _history.DisposeAsync();

    [Fact]
    public async Task The_log_is_read_in_both_directions()
    {
        await Heartbeats(10);

        Assert.Equal([10, 9, 8], (await List(("limit", "3"))).Events.Select(e => e.Position));
        Assert.Equal([7, 6, 5], (await List(("limit", "3"), ("before", "8"))).Events.Select(e => e.Position));
        Assert.Equal([1, 2, 3], (await List(("limit", "3"), ("after", "0"))).Events.Select(e => e.Position));
        Assert.Equal([5, 6], (await List(("after", "4"), ("before", "7"))).Events.Select(e => e.Position));
        Assert.Equal([6, 5], (await List(("after", "4"), ("before", "7"), ("order", "desc"))).Events.Select(e => e.Position));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Whoever_goes_on_with_next_sees_every_event_once(bool merged)
    {
        await using var history = await SmallSegments.Record(postgres);
        if (merged)
            await history.Merge();
        var last = history.Source.NextPosition - 1;
        foreach (var (order, place, start) in new[] { ("asc", "after", "0"), ("desc", "before", $"{last + 1}") })
        {
            var seen = new List<long>();
            var page = new EventPage(null, [], null, More: true);
            for (var next = start; page.More; next = $"{page.Next}")
            {
                page = await List(history, ("order", order), (place, next), ("limit", "37"));
                seen.AddRange(page.Events.Select(e => e.Position));
            }
            Assert.Equal(last, seen.Count);
            Assert.Equal(order == "asc" ? seen.Order() : seen.OrderDescending(), seen);
            Assert.Equal(order == "asc" ? last : null, page.Next);
        }
    }

    [Fact]
    public async Task Every_condition_narrows_it()
    {
        await _history.Record(
            Say.Received(Say.Id(1), "pay", Say.At("10:00:00")), Say.Failed(Say.Id(1), Say.At("10:00:05")),
            Say.Received("a,b", "pay", Say.At("10:00:06"), worker: "celery@w2"), Say.Failed("a,b", Say.At("10:00:09"), worker: "celery@w2"));
        await Heartbeats(3);

        Assert.Equal([4, 2], (await List(("type", "task-failed"))).Events.Select(e => e.Position));
        Assert.Equal([7, 6, 5, 4, 2], (await List(("type", "task-failed,worker-heartbeat"))).Events.Select(e => e.Position));
        Assert.Equal([4, 3], (await List(("worker", "celery@w2"))).Events.Select(e => e.Position));
        Assert.Equal([4, 3], (await List(("task", "a,b"))).Events.Select(e => e.Position));
        Assert.Equal([4], (await List(("task", "a,b"), ("task", Say.Id(1)), ("type", "task-failed"), ("limit", "1"))).Events.Select(e => e.Position));
        Assert.Equal([2, 3], (await List(("from", "2026-11-21T10:00:05Z"), ("to", "2026-11-21T10:00:09Z"), ("order", "asc"))).Events.Select(e => e.Position));
        Assert.Empty((await List(("type", "never-seen"))).Events);
        Assert.Empty((await List(("task", "nobody"))).Events);
    }

    [Fact]
    public async Task A_task_is_found_also_where_its_row_does_not_show_it_yet()
    {
        await _history.RecordInBacklog(Say.Received("open", "pay", Say.At("10:00:00")), Say.Event("task-started", "10:00:01", ("uuid", "open")));
        Assert.True(_history.IsBehind);

        Assert.Equal([1, 2], (await List(("task", "open"), ("order", "asc"))).Events.Select(e => e.Position));
    }

    [Fact]
    public async Task Of_a_task_with_very_many_events_all_are_found()
    {
        await _history.Record(Say.Received("busy", "pay", Say.At("10:00:00")));
        await _history.Record(Enumerable.Range(1, 400).SelectMany(n => new[]
        {
            Say.Event("task-progress", Say.At("10:00:00").AddSeconds(n), ("uuid", "busy"), ("percent", n)),
            Say.Event("worker-heartbeat", Say.At("10:00:00").AddSeconds(n)),
        }));

        Assert.Equal(401, (await List(("task", "busy"), ("limit", "1000"))).Events.Count);
        Assert.Equal([800, 798], (await List(("task", "busy"), ("limit", "2"))).Events.Select(e => e.Position));
    }

    [Fact]
    public async Task Each_source_has_positions_of_its_own()
    {
        await using var second = await _history.Another("second");
        await _history.Record(Say.Received("a", "pay", Say.At("10:00:00")));
        await second.Record(Say.Received("b", "pay", Say.At("10:00:00")));

        Assert.Equal("b", Assert.Single((await List(("source", "second"))).Events).TaskId);
        Assert.Equal("There are several logs, each with positions of its own: say which with source=default or source=second.", await Problem());
        Assert.Equal("There is no source \"third\": write source=default or source=second.", await Problem(("source", "third")));
    }

    [Fact]
    public async Task Before_anything_is_recorded_it_is_empty()
    {
        Assert.Equal((0, 0L, false), (await List(("after", "0"))) switch { var page => (page.Events.Count, page.Next, page.More) });
        Assert.Equal((0, null, false), (await List()) switch { var page => (page.Events.Count, page.Next, page.More) });
    }

    private Task Heartbeats(int count) =>
        _history.Record(Enumerable.Range(0, count).Select(n => Say.Event("worker-heartbeat", Say.At("11:00:00").AddSeconds(n))));

    private Task<EventPage> List(params (string Name, string Value)[] parameters) => List(_history, parameters);

    private static async Task<EventPage> List(History history, params (string Name, string Value)[] parameters) =>
        (await new EventListQueries(history.Data).List(Understood(parameters), Ct)).Value!;

    private async Task<string> Problem(params (string Name, string Value)[] parameters) =>
        (await new EventListQueries(_history.Data).List(Understood(parameters), Ct)).Problem!;

    private static EventListQuery Understood((string Name, string Value)[] parameters)
    {
        var (query, problem) = EventListQuery.Parse(parameters.Select(p => KeyValuePair.Create(p.Name, p.Value)), DateTime.UtcNow);
        Assert.Null(problem);
        return query!;
    }
}
