using EventHistory.Tests.Fixtures;
using EventHistory.Tests.Queries;
using EventHistory.Ui;
using Microsoft.Playwright;

namespace EventHistory.Tests.Ui;

/// <summary>Every page with the hardest texts there are, in both themes, on a desk and on a phone, with and without a script.</summary>
public sealed class EveryPageTests(Postgres postgres) : IAsyncLifetime
{
    private const string Evil = "<script>alert(1)</script>";

    private static readonly string _odd = "\u202eesrever " + Evil + " \0\ud83d " + new string('w', 300);

    private Site _site = null!;
    private Visitor _visitor = null!;

    public async ValueTask InitializeAsync()
    {
        _site = await Site.Open(postgres);
        _visitor = await Visitor.Come(_site.Web);
        var now = DateTime.UtcNow.AddMinutes(-5);
        await _site.History.Record(
        [
            .. Enumerable.Range(1, 30).SelectMany(n => Run(n, now.AddSeconds(n))),
            Say.Event("task-received", now, ("uuid", Evil), ("name", Evil), ("args", $"('{_odd}', {{'a': [1, 2, {{'b': None}}], 'price': Decimal('1.5')}})"), ("kwargs", "{" + new string('x', 100_000) + "}"),
                ("retries", 0), ("hostname", Evil), ("root_id", Say.Id(1)), ("parent_id", Say.Id(1))),
            Say.Event("task-started", now.AddSeconds(1), ("uuid", Evil), ("hostname", Evil)),
            Say.Event("task-failed", now.AddSeconds(2), ("uuid", Evil), ("hostname", Evil), ("exception", $"ValueError('{_odd}')"),
                ("traceback", $"Traceback (most recent call last):\n  File \"/srv/<b>/pay.py\", line 7, in <i>\n    {_odd}\nValueError: {Evil}")),
            Say.Event("worker-heartbeat", now, ("hostname", Evil), ("active", 1), ("processed", 3), ("freq", 2.0), ("loadavg", new System.Text.Json.Nodes.JsonArray(0.1, 0.2, 0.3)),
                ("sw_ident", Evil), ("sw_ver", "5"), ("sw_sys", "Linux")),
        ]);
    }

    public async ValueTask DisposeAsync()
    {
        await _visitor.DisposeAsync();
        await _site.DisposeAsync();
    }

    private static string[] Pages =>
    [
        .. Navigation.Main.Concat(Navigation.More).Select(entry => entry.Path),
        "/tasks?q=state:FAILURE,RETRY+name:*&range=24h&sort=runtime&columns=id,finished,wait,queue,result,root", "/tasks?q=name:nothing", "/tasks?q=((", "/tasks?counts=1",
        "/task/" + Uri.EscapeDataString(Evil), "/task/" + Uri.EscapeDataString(Evil) + "?story=compact", "/task/" + Uri.EscapeDataString(Evil) + "?story=json", "/task/" + Say.Id(1),
        "/compare?one=" + Uri.EscapeDataString(Evil) + "&other=" + Say.Id(1), "/compare?one=" + Say.Id(1),
        "/workflow/" + Say.Id(1), "/workflow/" + Say.Id(1) + "?open=" + Say.Id(2),
        "/worker/" + Uri.EscapeDataString(Evil), "/failures/matrix", "/failures?range=30d&sort=last_seen&state=open", "/home/names", "/runtimes/table?by=worker", "/?range=2y", "/events?type=task-failed", "/events?position=3", "/events?position=99999", "/broker?range=1h", "/nothing",
    ];

    [Theory]
    [InlineData("light", 1360)]
    [InlineData("dark", 1360)]
    [InlineData("light", 390)]
    [InlineData("dark", 390)]
    public async Task A_page_can_be_read_and_reached_by_everybody(string theme, int width)
    {
        var page = await _visitor.Open(width, theme);
        var barriers = new List<string>();
        foreach (var path in Pages)
        {
            await page.GotoAsync(path);
            await Assertions.Expect(page.Locator("[hx-trigger=load].htmx-request, [hx-trigger=load]:has(> .waiting-part a)")).ToHaveCountAsync(0);
            barriers.AddRange((await Visitor.Barriers(page)).Select(barrier => $"{path}: {barrier}"));
        }
        Assert.Empty(barriers);
        Assert.DoesNotContain(_visitor.Complaints, c => !c.Contains("status of 40", StringComparison.Ordinal)); // pages that are not there are among them
    }

    [Fact]
    public async Task Without_a_script_every_page_reads_and_filters()
    {
        var page = await _visitor.Open(scripts: false);
        foreach (var path in Pages)
        {
            await page.GotoAsync(path);
            await Assertions.Expect(page.Locator("main")).Not.ToBeEmptyAsync();
        }
        await page.GotoAsync("/tasks");
        await page.GetByLabel("Search tasks").Last.FillAsync("state:FAILURE");
        await page.GetByRole(AriaRole.Button, new() { Name = "Search" }).ClickAsync();
        Assert.Equal([Evil], await page.Locator("tbody tr a.name").AllTextContentsAsync());
        await page.GetByRole(AriaRole.Link, new() { Name = "Count the tasks" }).ClickAsync();
        await Assertions.Expect(page.Locator(".over-time h2")).ToHaveTextAsync("1 task");
        await page.GetByRole(AriaRole.Link, new() { Name = "Without state:FAILURE" }).ClickAsync();
        await Assertions.Expect(page.Locator("tbody tr")).ToHaveCountAsync(31);
    }

    [Fact]
    public async Task The_first_view_is_small()
    {
        foreach (var path in Navigation.Main.Select(entry => entry.Path))
        {
            var html = await _site.Web.Text(path);
            var assets = System.Text.RegularExpressions.Regex.Matches(html, "(?:href|src)=\"(/assets/[^\"#]+)").Select(m => m.Groups[1].Value).Distinct();
            var bytes = System.Text.Encoding.UTF8.GetByteCount(html);
            foreach (var asset in assets)
                bytes += (await _site.Web.Text(asset)).Length;
            Assert.True(bytes <= 300_000, $"{path} takes {bytes:#,0} bytes");
        }
    }

    private static IEnumerable<string> Run(int n, DateTime at) =>
    [
        Say.Event("task-received", at, ("uuid", Say.Id(n)), ("name", "shop.orders.place"), ("args", "(1, 2)"), ("kwargs", "{'user': 42, 'items': ['a', 'b', 'c'], 'address': {'city': 'Berlin', 'zip': '10115'}}"),
            ("retries", 0), ("root_id", Say.Id(1)), ("parent_id", n == 1 ? null : Say.Id(1))),
        Say.Event("task-started", at.AddMilliseconds(30), ("uuid", Say.Id(n))),
        Say.Event("task-succeeded", at.AddSeconds(1), ("uuid", Say.Id(n)), ("runtime", 0.9), ("result", "None")),
    ];
}
