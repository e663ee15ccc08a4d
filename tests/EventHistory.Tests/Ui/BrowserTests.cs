using EventHistory.Tests.Fixtures;
using EventHistory.Tests.Queries;
using Microsoft.Playwright;

namespace EventHistory.Tests.Ui;

/// <summary>Tasks, one task, workflow and events as a person uses them, in Debian's Chromium.</summary>
public sealed class BrowserTests(Postgres postgres) : IAsyncLifetime
{
    private Site _site = null!;
    private Visitor _visitor = null!;

    public async ValueTask InitializeAsync()
    {
        _site = await Site.Open(postgres);
        _visitor = await Visitor.Come(_site.Web);
    }

    public async ValueTask DisposeAsync()
    {
        await _visitor.DisposeAsync();
        await _site.DisposeAsync();
    }

    [Fact]
    public async Task A_person_finds_a_failed_task_and_reads_why()
    {
        await _site.History.Record(
            Say.Received("order / 1", "shop.pay", Say.At("10:00:00")),
            Say.Event("task-started", "10:00:01", ("uuid", "order / 1")),
            Say.Event("task-failed", "10:00:02", ("uuid", "order / 1"), ("exception", "PaymentError('refused')"),
                ("traceback", "Traceback (most recent call last):\n  File \"/srv/shop/pay.py\", line 7, in pay\n    raise\nPaymentError: refused")),
            Say.Received(Say.Id(2), "shop.mail", Say.At("10:00:03")));
        var page = await _visitor.Open();

        // counts come after the page, and each is a filter
        await page.GotoAsync("/tasks");
        Assert.Equal(2, await page.Locator("tbody tr").CountAsync());
        await Assertions.Expect(page.Locator(".over-time h2")).ToHaveTextAsync("2 tasks");
        await page.Locator(".facet a", new() { HasText = "Failure" }).ClickAsync();
        await page.WaitForURLAsync("**/tasks?q=state%3AFAILURE");
        Assert.Equal("shop.pay", await page.Locator("tbody tr a.name").TextContentAsync());

        // what comes in appears by itself
        await _site.History.Record(Say.Received("order / 2", "shop.pay", Say.At("10:00:04")), Say.Failed("order / 2", Say.At("10:00:05")));
        await Assertions.Expect(page.Locator("tbody tr")).ToHaveCountAsync(2, new() { Timeout = 10_000 });

        // a condition is a chip; Back takes the filter again
        await page.GetByRole(AriaRole.Link, new() { Name = "Without state:FAILURE" }).ClickAsync();
        await Assertions.Expect(page.Locator("tbody tr")).ToHaveCountAsync(3);
        await page.GoBackAsync();
        await Assertions.Expect(page.Locator("tbody tr")).ToHaveCountAsync(2);

        await page.Locator("tbody tr a.name").Last.ClickAsync();
        await page.WaitForURLAsync("**/task/order%20%2F%201");
        Assert.Contains("PaymentError('refused')", await page.Locator(".exception").TextContentAsync(), StringComparison.Ordinal);
        Assert.Contains("/srv/shop/pay.py", await page.Locator(".traceback .own b").TextContentAsync(), StringComparison.Ordinal);
        await page.Locator(".timeline summary").Last.ClickAsync();
        await Assertions.Expect(page.Locator(".timeline details[open] pre")).ToContainTextAsync("\"type\": \"task-failed\"");
        await page.GetByRole(AriaRole.Link, new() { Name = "Compact" }).ClickAsync();
        await Assertions.Expect(page.Locator(".compact li")).ToHaveCountAsync(1);
        Assert.Contains("story=compact", page.Url, StringComparison.Ordinal);
        Assert.Empty(_visitor.Complaints);
    }

    [Fact]
    public async Task Hands_stay_on_the_keyboard()
    {
        await _site.History.Record(
            Say.Event("task-received", "10:00:00", ("uuid", Say.Id(1)), ("name", "shop.pay"), ("args", "()"), ("kwargs", "{'user': 42}"), ("retries", 0)),
            Say.Event("task-received", "10:00:03", ("uuid", Say.Id(2)), ("name", "shop.mail"), ("args", "()"), ("kwargs", "{'to': 'ann', 'order': 17}"), ("retries", 0)));
        var page = await _visitor.Open();
        await page.GotoAsync("/workers");
        await page.Keyboard.PressAsync("?");
        await Assertions.Expect(page.Locator("dialog#keys")).ToBeVisibleAsync();
        await page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(page.Locator("dialog#keys")).ToBeHiddenAsync();
        await page.Keyboard.PressAsync("g");
        await page.Keyboard.PressAsync("t");
        await page.WaitForURLAsync("**/tasks");

        // the search field offers qualifiers, then values
        await page.Keyboard.PressAsync("/");
        await page.Keyboard.TypeAsync("na");
        await Assertions.Expect(page.Locator("#words li b").First).ToHaveTextAsync("name:");
        await page.Keyboard.PressAsync("ArrowDown");
        await page.Keyboard.PressAsync("Enter");
        await page.Keyboard.TypeAsync("mai");
        await Assertions.Expect(page.Locator("#words li b")).ToHaveTextAsync(["shop.mail"]);
        await page.Keyboard.PressAsync("ArrowDown");
        await page.Keyboard.PressAsync("Tab");
        await Assertions.Expect(page.Locator("#search")).ToHaveValueAsync("name:=shop.mail ");
        await page.Keyboard.PressAsync("Escape");
        await page.Locator("#search").PressAsync("Enter");
        await page.WaitForURLAsync("**/tasks?q=name*");
        Assert.Equal(["shop.mail"], await page.Locator("tbody tr a.name").AllTextContentsAsync());

        // of keyword arguments, the keys that tasks of this name have
        await page.Keyboard.PressAsync("/");
        await page.Keyboard.PressAsync("End");
        await page.Keyboard.TypeAsync(" kwargs:");
        await Assertions.Expect(page.Locator("#words li b")).ToHaveTextAsync(["order=", "to="]);
        await page.Keyboard.TypeAsync("t");
        await Assertions.Expect(page.Locator("#words li b")).ToHaveTextAsync(["to="]);
        await page.Keyboard.PressAsync("ArrowDown");
        await page.Keyboard.PressAsync("Enter");
        await page.Keyboard.TypeAsync("ann");
        await page.Keyboard.PressAsync("Escape");
        await page.Locator("#search").PressAsync("Enter");
        await page.WaitForURLAsync("**kwargs*to%3Dann");
        Assert.Equal(["shop.mail"], await page.Locator("tbody tr a.name").AllTextContentsAsync());

        await page.Keyboard.PressAsync("j");
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForURLAsync($"**/task/{Say.Id(2)}");
        Assert.Empty(_visitor.Complaints);
    }

    [Fact]
    public async Task A_stretch_of_time_is_drawn()
    {
        await _site.History.Record(Enumerable.Range(0, 60).Select(n => Say.Received(Say.Id(n), "shop.pay", Say.At("10:00:30").AddMinutes(n))));
        var page = await _visitor.Open();
        await page.GotoAsync("/tasks?from=2026-11-21T10:00:00Z&to=2026-11-21T11:00:00Z");
        await Assertions.Expect(page.Locator(".facet .count").First).ToBeVisibleAsync(); // the page has its parts, and stays as it is
        var box = await page.Locator(".histogram[data-wired]").BoundingBoxAsync() ?? throw new InvalidOperationException("no histogram");
        await page.Mouse.MoveAsync(box.X + (box.Width * 10.5f / 60), box.Y + 20);
        await page.Mouse.DownAsync();
        await page.Mouse.MoveAsync(box.X + (box.Width * 19.5f / 60), box.Y + 30, new() { Steps = 4 });
        await Assertions.Expect(page.Locator(".histogram .drawing")).ToBeVisibleAsync();
        await page.Mouse.UpAsync();

        await page.WaitForURLAsync("**/tasks?*from=2026-11-21T10%3A10%3A00Z*");
        await Assertions.Expect(page.Locator("tbody tr")).ToHaveCountAsync(10);
        await page.Locator(".histogram a").First.ClickAsync();
        await Assertions.Expect(page.Locator("tbody tr")).ToHaveCountAsync(1);
        Assert.Empty(_visitor.Complaints);
    }

    [Fact]
    public async Task Events_run_in_until_somebody_says_stop()
    {
        await _site.History.Record(Say.Received(Say.Id(1), "shop.pay", Say.At("10:00:00")));
        var page = await _visitor.Open();
        await page.Context.GrantPermissionsAsync(["clipboard-read", "clipboard-write"]);
        await page.GotoAsync("/events?type=task-received&type=task-started");
        await Assertions.Expect(page.Locator(".log ol li")).ToHaveCountAsync(1);

        await _site.History.Record(
            Say.Event("task-started", "10:00:01", ("uuid", Say.Id(1)), ("note", "12345678901234567890.5")),
            Say.Event("task-custom", "10:00:01", ("uuid", Say.Id(1))));
        await Assertions.Expect(page.Locator(".log ol li")).ToHaveCountAsync(2, new() { Timeout = 10_000 });
        await page.Locator(".log ol summary").First.ClickAsync();
        await Assertions.Expect(page.Locator(".log ol pre").First).ToContainTextAsync("12345678901234567890.5");

        // each has an address of its own, those that came in meanwhile as well
        var copy = page.Locator(".log ol details[open] [data-copy-link]");
        await copy.ClickAsync();
        await Assertions.Expect(copy).ToHaveTextAsync("Copied");
        var link = await page.EvaluateAsync<string>("() => navigator.clipboard.readText()");
        var other = await page.Context.NewPageAsync();
        await other.GotoAsync(link);
        await Assertions.Expect(other.Locator(".log .at-this details[open] pre")).ToContainTextAsync("12345678901234567890.5");
        await other.CloseAsync();

        await page.Keyboard.PressAsync("c");
        await _site.History.Record(Say.Event("task-started", "10:00:02", ("uuid", Say.Id(1))));
        await page.Keyboard.PressAsync("c");
        await Assertions.Expect(page.Locator(".log ol li")).ToHaveCountAsync(3, new() { Timeout = 10_000 });
        Assert.Empty(_visitor.Complaints);
    }

    [Fact]
    public async Task A_group_of_hundreds_is_one_line_until_it_is_opened()
    {
        var at = Say.At("10:00:00");
        await _site.History.Record(
        [
            Say.Event("task-received", at, ("uuid", Say.Id(0)), ("name", "shop.import"), ("root_id", Say.Id(0)), ("retries", 0)),
            .. Enumerable.Range(1, 400).Select(n => Say.Event("task-received", at.AddSeconds(n), ("uuid", Say.Id(n)), ("name", "shop.import_row"),
                ("root_id", Say.Id(0)), ("parent_id", Say.Id(0)), ("retries", 0))),
        ]);
        var page = await _visitor.Open();
        await page.GotoAsync($"/task/{Say.Id(7)}");
        await page.GetByRole(AriaRole.Link, new() { Name = "Tree and times" }).ClickAsync();
        await Assertions.Expect(page.Locator(".gantt ol li")).ToHaveCountAsync(2);
        await page.Locator(".gantt .fold").ClickAsync();
        await Assertions.Expect(page.Locator(".gantt ol li")).ToHaveCountAsync(402);
        Assert.Empty(_visitor.Complaints);
    }
}
