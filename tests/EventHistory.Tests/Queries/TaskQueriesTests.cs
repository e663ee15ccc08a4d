using EventHistory.Core.Queries;
using EventHistory.Core.Search;
using EventHistory.Tests.Fixtures;

namespace EventHistory.Tests.Queries;

public sealed class TaskQueriesTests(Postgres postgres) : IAsyncLifetime
{
    private static readonly DateTime _start = Say.At("10:00:00");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private History _history = null!;

    public async ValueTask InitializeAsync() => _history = await History.Create(postgres);

    public ValueTask DisposeAsync() => _history.DisposeAsync();

    [Fact]
    public async Task The_task_seen_last_comes_first()
    {
        await Received(Enumerable.Range(1, 3));

        Assert.Equal([3, 2, 1], await Find(""));
    }

    [Fact]
    public async Task Conditions_narrow_the_list()
    {
        await _history.Record(
            Say.Received(Say.Id(1), "shop.mail", _start),
            Say.Received(Say.Id(2), "shop.pay", _start.AddSeconds(1)),
            Say.Failed(Say.Id(2), _start.AddSeconds(2)),
            Say.Received(Say.Id(3), "shop.pay", _start.AddSeconds(3), worker: "celery@w2"),
            Say.Received(Say.Id(4), "shop.stock", _start.AddSeconds(4), worker: "celery@w2"));

        Assert.Equal([2], await Find("state:FAILURE"));
        Assert.Equal([4, 3, 1], await Find("state:RECEIVED"));
        Assert.Equal([4, 3, 2, 1], await Find("state:RECEIVED,FAILURE,SUCCESS"));
        Assert.Equal([3, 2, 1], await Find("name:=shop.pay,=shop.mail"));
        Assert.Equal([4, 3], await Find("worker:=celery@w2"));
        Assert.Equal([3], await Find("name:=shop.pay,=shop.mail worker:=celery@w2 state:RECEIVED,RETRY"));
        Assert.Empty(await Find("name:=never.seen"));
        Assert.Equal([1], await Find("name:=never.seen,=shop.mail"));
    }

    [Fact]
    public async Task A_time_range_includes_its_start_and_excludes_its_end()
    {
        await Received(Enumerable.Range(1, 4));

        Assert.Equal([3, 2], await Find("first_seen:2026-11-21T10:00:02Z..2026-11-21T10:00:04Z"));
    }

    /// <summary>As far as a time can be written: near it there is nothing to look at.</summary>
    [Theory]
    [InlineData("0001-01-01T00:00:00Z", 0, 4)]
    [InlineData("9998-12-31T23:59:59Z", 4, 0)]
    public async Task A_time_may_be_far_outside_of_the_history(string time, int before, int since)
    {
        await Received(Enumerable.Range(1, 4));

        foreach (var isDescending in new[] { true, false })
        {
            var order = new TaskOrder(TaskSort.FirstSeen, isDescending);
            Assert.Equal(before, (await _history.Tasks.List(Query($"-worker:nobody first_seen:<{time}"), order, null, 10, Ct)).Items.Count);
            Assert.Equal(since, (await _history.Tasks.List(Query($"-worker:nobody first_seen:>={time}"), order, null, 10, Ct)).Items.Count);
        }
    }

    [Fact]
    public async Task Pages_neither_repeat_nor_omit_a_task_while_others_come_in()
    {
        await Received(Enumerable.Range(1, 40));
        var filter = Query("name:=task.even,=task.odd");
        var seen = new List<int>();
        Cursor? after = null;
        for (var newer = 1000; ; newer++)
        {
            var page = await _history.Tasks.List(filter, TaskOrder.Newest, after, 7, Ct);
            seen.AddRange(page.Items.Select(Number));
            if (page.Next is null)
                break;
            after = Cursor.Parse(page.Next, TaskOrder.Newest);
            await Received([newer]);
        }

        Assert.Equal(Enumerable.Range(1, 40).Reverse(), seen);
    }

    [Fact]
    public async Task Tasks_of_the_same_moment_are_all_on_some_page()
    {
        await _history.Record(Enumerable.Range(1, 10).Select(n => Say.Received(Say.Id(n), "task", _start)));

        var first = await _history.Tasks.List(Filter.Everything, TaskOrder.Newest, null, 4, Ct);
        var second = await _history.Tasks.List(Filter.Everything, TaskOrder.Newest, Cursor.Parse(first.Next!, TaskOrder.Newest), 6, Ct);

        Assert.Equal(Enumerable.Range(1, 10).Reverse(), first.Items.Concat(second.Items).Select(Number));
        Assert.Null(second.Next);
    }

    [Fact]
    public async Task A_list_cuts_long_texts_and_says_so()
    {
        var text = new string('x', 5000);
        await _history.Record(
            Say.Event("task-received", "10:00:00", ("uuid", Say.Id(1)), ("name", "long"), ("args", text), ("retries", 0)),
            Say.Event("task-failed", "10:00:01", ("uuid", Say.Id(1)), ("exception", text)));

        var listed = Assert.Single((await _history.Tasks.List(Filter.Everything, TaskOrder.Newest, null, 10, Ct)).Items);
        var whole = await _history.Details.Find(Say.Id(1), Ct);

        Assert.Equal(TaskView.ListedTextLength, listed.Args!.Length);
        Assert.True(listed.ArgsTruncated);
        Assert.Equal(TaskView.ListedTextLength, listed.Exception!.Length);
        Assert.EndsWith("…", listed.Exception, StringComparison.Ordinal);
        Assert.Equal(text, whole!.Task.Args);
        Assert.False(whole.Task.ArgsTruncated);
        Assert.Equal(text, whole.Task.Exception);
    }

    [Fact]
    public async Task A_task_without_any_usable_time_is_listed_with_its_time_unknown()
    {
        await _history.Record("""{"type":"task-received","uuid":"timeless","name":"task","hostname":"celery@w1"}""");

        var task = Assert.Single((await _history.Tasks.List(Filter.Everything, TaskOrder.Newest, null, 10, Ct)).Items);

        Assert.Equal("timeless", task.Id);
        Assert.Null(task.FirstSeen);
    }

    [Fact]
    public async Task Names_are_those_of_the_tasks_there_are()
    {
        await Received(Enumerable.Range(1, 10));

        Assert.Equal(["task.even", "task.odd"], await _history.Tasks.Names(100, Ct));
        Assert.Single(await _history.Tasks.Names(1, Ct));
    }

    [Fact]
    public async Task The_same_id_in_two_sources_is_listed_twice()
    {
        await using var second = await _history.Another("second");
        await _history.Record(Say.Received(Say.Id(1), "here", _start), Say.Received(Say.Id(2), "here", _start));
        await second.Record(Say.Received(Say.Id(1), "there", _start));

        var listed = (await _history.Tasks.List(Filter.Everything, TaskOrder.Newest, null, 10, Ct)).Items;
        var here = (await _history.Tasks.List(Query("name:=here"), TaskOrder.Newest, null, 10, Ct)).Items;

        Assert.Equal(["1 here", "1 there", "2 here"], listed.Select(t => $"{Number(t)} {t.Name}").Order(StringComparer.Ordinal));
        Assert.Equal([2, 1], here.Select(Number));
    }

    private static readonly (TaskOrder Order, string Tasks)[] _orders =
    [
        (new(TaskSort.FirstSeen, true), "54321"),
        (new(TaskSort.FirstSeen, false), "12345"),
        (new(TaskSort.Received, true), "54321"),
        (new(TaskSort.Started, true), "1432"),
        (new(TaskSort.Started, false), "2341"),
        (new(TaskSort.Finished, true), "134"),
        (new(TaskSort.Finished, false), "431"),
        (new(TaskSort.Runtime, true), "314"),
        (new(TaskSort.Runtime, false), "413"),
        (new(TaskSort.Wait, true), "1432"),
        (new(TaskSort.Wait, false), "2341"),
    ];

    [Theory]
    [InlineData("")] // along an index
    [InlineData("worker:celery -retries:>3")] // in windows of time
    [InlineData("state:STARTED,SUCCESS,RECEIVED name:=task.odd,=task.even")] // several walks, merged
    public async Task A_list_in_any_order_is_paged_forth_and_back(string query)
    {
        // received a minute after the other, and started after 50 days, 2, 3 and 4 minutes; 3 ends last but one
        await Received(Enumerable.Range(1, 5).Select(n => n * 60));
        await _history.Record(
            Started(1, TimeSpan.FromDays(50)), Started(2, TimeSpan.FromMinutes(2)), Started(3, TimeSpan.FromMinutes(3)), Started(4, TimeSpan.FromMinutes(4)),
            Succeeded(4, TimeSpan.FromMinutes(5), 0.1), Succeeded(3, TimeSpan.FromDays(5), 9), Succeeded(1, TimeSpan.FromDays(51), 2.5));

        foreach (var (order, tasks) in _orders)
        {
            var (forth, back) = ("", "");
            string? previous = null;
            for (string? next = null, page = null; ; page = next)
            {
                var found = await _history.Tasks.List(Query(query), order, page is null ? null : Cursor.Parse(page, order), 2, Ct);
                forth += string.Concat(found.Items.Select(t => Number(t) / 60));
                (next, previous) = (found.Next, found.Previous);
                if (next is null)
                    break;
            }
            while (previous is not null)
            {
                var found = await _history.Tasks.List(Query(query), order, Cursor.Parse(previous, order), 2, Ct);
                back = string.Concat(found.Items.Select(t => Number(t) / 60)) + back;
                previous = found.Previous;
            }
            Assert.Equal((order, tasks), (order, forth));
            Assert.Equal((order, tasks[..((tasks.Length - 1) / 2 * 2)]), (order, back));
        }

        string Started(int task, TimeSpan after) => Say.Event("task-started", _start.AddSeconds(task * 60) + after, ("uuid", Say.Id(task * 60)));

        string Succeeded(int task, TimeSpan after, double runtime) =>
            Say.Event("task-succeeded", _start.AddSeconds(task * 60) + after, ("uuid", Say.Id(task * 60)), ("result", "1"), ("runtime", runtime));
    }

    [Fact]
    public async Task A_total_is_exact_up_to_ten_thousand_and_an_estimate_beyond()
    {
        await _history.Record(Enumerable.Range(1, 10_001).Select(n => Say.Received(Say.Id(n), n == 1 ? "one" : "task", _start.AddSeconds(n))));

        Assert.Equal(new TaskTotal(1, true), await _history.Tasks.Total(Query("name:=one"), Ct));
        Assert.Equal(new TaskTotal(10_000, true), await _history.Tasks.Total(Query("name:=task"), Ct));
        var all = await _history.Tasks.Total(Query(""), Ct);
        Assert.False(all.IsExact);
        Assert.InRange(all.Count, 10_001, 1_000_000);
    }

    private Task Received(IEnumerable<int> numbers) => _history.Record(numbers.Select(n =>
        Say.Received(Say.Id(n), n % 2 == 0 ? "task.even" : "task.odd", _start.AddSeconds(n))));

    private async Task<IEnumerable<int>> Find(string query) => (await _history.Tasks.List(Query(query), TaskOrder.Newest, null, 500, Ct)).Items.Select(Number);

    private static Filter Query(string text) => SearchQuery.Parse(text, _start).Value!;

    private static int Number(TaskView task) => int.Parse(task.Id[24..], System.Globalization.CultureInfo.InvariantCulture);
}
