using EventHistory.Core.Queries;
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

        Assert.Equal([3, 2, 1], await Find(new TaskFilter()));
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

        Assert.Equal([2], await Find(new TaskFilter { States = ["FAILURE"] }));
        Assert.Equal([4, 3, 1], await Find(new TaskFilter { States = ["RECEIVED"] }));
        Assert.Equal([4, 3, 2, 1], await Find(new TaskFilter { States = ["RECEIVED", "FAILURE", "SUCCESS"] }));
        Assert.Equal([3, 2, 1], await Find(new TaskFilter { Names = ["shop.pay", "shop.mail"] }));
        Assert.Equal([4, 3], await Find(new TaskFilter { Workers = ["celery@w2"] }));
        Assert.Equal([3], await Find(new TaskFilter { Names = ["shop.pay", "shop.mail"], Workers = ["celery@w2"], States = ["RECEIVED", "RETRY"] }));
        Assert.Empty(await Find(new TaskFilter { Names = ["never.seen"] }));
        Assert.Equal([1], await Find(new TaskFilter { Names = ["never.seen", "shop.mail"] }));
    }

    [Fact]
    public async Task A_time_range_includes_its_start_and_excludes_its_end()
    {
        await Received(Enumerable.Range(1, 4));

        Assert.Equal([3, 2], await Find(new TaskFilter { From = _start.AddSeconds(2), To = _start.AddSeconds(4) }));
    }

    [Fact]
    public async Task Pages_neither_repeat_nor_omit_a_task_while_others_come_in()
    {
        await Received(Enumerable.Range(1, 40));
        var filter = new TaskFilter { Names = ["task.even", "task.odd"] };
        var seen = new List<int>();
        Cursor? after = null;
        for (var newer = 1000; ; newer++)
        {
            var page = await _history.Tasks.List(filter, after, 7, Ct);
            seen.AddRange(page.Items.Select(Number));
            if (page.Next is null)
                break;
            after = Cursor.Parse(page.Next);
            await Received([newer]);
        }

        Assert.Equal(Enumerable.Range(1, 40).Reverse(), seen);
    }

    [Fact]
    public async Task Tasks_of_the_same_moment_are_all_on_some_page()
    {
        await _history.Record(Enumerable.Range(1, 10).Select(n => Say.Received(Say.Id(n), "task", _start)));

        var first = await _history.Tasks.List(new TaskFilter(), null, 4, Ct);
        var second = await _history.Tasks.List(new TaskFilter(), Cursor.Parse(first.Next!), 6, Ct);

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

        var listed = Assert.Single((await _history.Tasks.List(new TaskFilter(), null, 10, Ct)).Items);
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

        var task = Assert.Single((await _history.Tasks.List(new TaskFilter(), null, 10, Ct)).Items);

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

        var listed = (await _history.Tasks.List(new TaskFilter(), null, 10, Ct)).Items;
        var here = (await _history.Tasks.List(new TaskFilter { Names = ["here"] }, null, 10, Ct)).Items;

        Assert.Equal(["1 here", "1 there", "2 here"], listed.Select(t => $"{Number(t)} {t.Name}").Order(StringComparer.Ordinal));
        Assert.Equal([2, 1], here.Select(Number));
    }

    private Task Received(IEnumerable<int> numbers) => _history.Record(numbers.Select(n =>
        Say.Received(Say.Id(n), n % 2 == 0 ? "task.even" : "task.odd", _start.AddSeconds(n))));

    private async Task<IEnumerable<int>> Find(TaskFilter filter) => (await _history.Tasks.List(filter, null, 500, Ct)).Items.Select(Number);

    private static int Number(TaskView task) => int.Parse(task.Id[24..], System.Globalization.CultureInfo.InvariantCulture);
}
