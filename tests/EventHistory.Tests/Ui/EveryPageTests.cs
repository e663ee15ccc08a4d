using EventHistory.Tests.Fixtures;
using EventHistory.Tests.Queries;
using EventHistory.Ui;
using Microsoft.Playwright;

namespace EventHistory.Tests.Ui;

/// <summary>Every page with the hardest texts there are, in both themes, on a desk and on a phone, with and without a script.</summary>
public sealed class EveryPageTests(Postgres postgres) : IAsyncLifetime
{
    private const string Evil = HardTexts.Evil;

    private Site _site = null!;
    private Visitor _visitor = null!;

    public async ValueTask InitializeAsync()
    {
        _site = await Site.Open(postgres);
        _visitor = await Visitor.Come(_site.Web);
        await _site.History.Record(HardTexts.Events(DateTime.UtcNow.AddMinutes(-5)));
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
}
