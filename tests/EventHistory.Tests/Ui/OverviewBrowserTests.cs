using EventHistory.Tests.Api;
using EventHistory.Tests.Fixtures;
using EventHistory.Tests.Queries;
using Microsoft.Playwright;

namespace EventHistory.Tests.Ui;

/// <summary>Charts, parts that are loaded later, and decisions, in Debian's Chromium.</summary>
public sealed class OverviewBrowserTests(Postgres postgres)
{
    [Fact]
    public async Task Charts_zoom_parts_follow_and_a_group_is_resolved()
    {
        await using var history = await History.Create(postgres);
        await using var web = await TestWeb.Start(history.Data);
        var now = DateTime.UtcNow;
        await history.Record(Enumerable.Range(1, 60).SelectMany(n => Run(n, now.AddMinutes(-n), 0.1 * n)));
        await using var visitor = await Visitor.Come(web);
        var page = await visitor.Open();

        // what is loaded later is there, and the pictures of the server have become charts
        await page.GotoAsync("/?range=3h");
        await Assertions.Expect(page.Locator(".plot.drawn canvas")).ToHaveCountAsync(2);
        await Assertions.Expect(page.Locator("#names")).ToContainTextAsync("shop.pay");
        await page.Locator("[data-theme-switch]").ClickAsync();
        await Assertions.Expect(page.Locator(".plot.drawn canvas")).ToHaveCountAsync(2);

        // a part of the time is drawn out with the mouse, and is an address
        var plot = await page.Locator(".plot.drawn .u-over").First.BoundingBoxAsync() ?? throw new InvalidOperationException("no chart");
        await page.Mouse.MoveAsync(plot.X + (plot.Width * 0.7f), plot.Y + 40);
        await Assertions.Expect(page.Locator(".chart-note").First).ToContainTextAsync("Success");
        await page.Mouse.DownAsync();
        await page.Mouse.MoveAsync(plot.X + (plot.Width * 0.95f), plot.Y + 50, new() { Steps = 5 });
        await page.Mouse.UpAsync();
        await page.WaitForURLAsync("**/?from=*&to=*");
        await Assertions.Expect(page.Locator(".ranges .chosen")).ToBeVisibleAsync();

        // a cell of the heat map leads to its tasks
        await page.GotoAsync("/runtimes?range=3h&name=shop.pay");
        await Assertions.Expect(page.Locator(".runtimes tbody tr")).ToHaveCountAsync(1);
        var cell = await page.EvaluateAsync<float[]>("""
            () => {
              const figure = document.querySelector('[data-heat]'), spec = JSON.parse(figure.dataset.heat), box = figure.querySelector('.cells').getBoundingClientRect()
              const x = spec.columns.findIndex(c => c.some(n => n > 0)), y = spec.columns[x].findIndex(n => n > 0), rows = spec.columns[0].length
              return [box.left + (x + 0.5) / spec.columns.length * box.width, box.top + (rows - 0.5 - y) / rows * box.height]
            }
            """);
        await page.Mouse.MoveAsync(cell[0], cell[1]);
        await Assertions.Expect(page.Locator(".heat .chart-note")).ToBeVisibleAsync();
        await page.Mouse.ClickAsync(cell[0], cell[1]);
        await page.WaitForURLAsync("**/tasks?q=*");
        await Assertions.Expect(page.Locator("tbody tr a.name").First).ToHaveTextAsync("shop.pay");

        // a group is read, and resolved
        await page.GotoAsync("/failures");
        await page.Locator("tbody tr a.name").First.ClickAsync();
        await Assertions.Expect(page.Locator(".variants li")).ToHaveCountAsync(1);
        await page.GetByLabel("Your name").FillAsync("ann");
        await page.GetByRole(AriaRole.Button, new() { Name = "Resolve" }).ClickAsync();
        await Assertions.Expect(page.Locator(".decisions")).ToContainTextAsync("by ann");
        Assert.Empty(visitor.Complaints);
    }

    private static IEnumerable<string> Run(int n, DateTime at, double seconds) =>
    [
        Say.Received(Say.Id(n), "shop.pay", at),
        Say.Event("task-started", at, ("uuid", Say.Id(n))),
        n % 5 == 0
            ? Say.Failed(Say.Id(n), at.AddSeconds(1))
            : Say.Event("task-succeeded", at.AddSeconds(seconds), ("uuid", Say.Id(n)), ("runtime", seconds), ("result", "None")),
    ];
}
