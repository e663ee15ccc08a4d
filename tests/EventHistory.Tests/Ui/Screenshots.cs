using System.Text.Json;
using EventHistory.Ui;
using Microsoft.Playwright;

namespace EventHistory.Tests.Ui;

/// <summary>Pictures of every page with what a running EventHistory has recorded, for people to look at: <c>make screenshots</c>.</summary>
public sealed class Screenshots
{
    private static readonly (string Theme, int Width, string Suffix)[] _looks = [("light", 1360, ""), ("dark", 1360, "-dark"), ("light", 390, "-phone")];

    [Fact(Explicit = true)]
    public async Task Every_page_in_both_themes()
    {
        var site = new Uri(Environment.GetEnvironmentVariable("SITE") ?? "http://127.0.0.1:5555");
        var folder = Directory.CreateDirectory(Environment.GetEnvironmentVariable("PICTURES") ?? "artifacts/screenshots").FullName;
        var only = Environment.GetEnvironmentVariable("ONLY")?.Split(',');
        using var http = new HttpClient { BaseAddress = site };
        var pages = (await Pages(http)).Where(page => only is null || only.Contains(page.Name)).ToList();
        await using var visitor = await Visitor.Come(site);
        foreach (var (theme, width, suffix) in _looks)
        {
            var browser = await visitor.Open(width, theme);
            foreach (var (name, path) in pages)
            {
                await browser.GotoAsync(path);
                await Assertions.Expect(browser.Locator(".htmx-request:not(#status)")).ToHaveCountAsync(0);
                await browser.ScreenshotAsync(new() { Path = Path.Combine(folder, $"{name}{suffix}.png"), FullPage = true });
            }
        }
        Assert.DoesNotContain(visitor.Complaints, c => !c.Contains("status of 40", StringComparison.Ordinal)); // a refused search is among them
    }

    private static async Task<List<(string Name, string Path)>> Pages(HttpClient http)
    {
        var pages = Navigation.Main.Concat(Navigation.More).Select(entry => (entry.Name, entry.Path)).ToList();
        pages.Add(("tasks-filtered", "/tasks?q=state:FAILURE,RETRY&range=24h"));
        pages.Add(("tasks-refused", "/tasks?q=nam:shop"));
        pages.Add(("failures-matrix", "/failures/matrix"));
        pages.Add(("events-failed", "/events?type=task-failed"));
        if (await First("/api/v1/tasks?q=state:FAILURE%20has:traceback", "id") is { } failed)
        {
            pages.Add(("task-failed", "/task/" + failed));
            pages.Add(("task-compact", $"/task/{failed}?story=compact"));
            pages.Add(("task-json", $"/task/{failed}?story=json"));
            pages.Add(("compare", "/compare?one=" + failed));
        }
        if (await First("/api/v1/tasks?q=state:SUCCESS%20runtime:%3E0s", "id") is { } succeeded)
            pages.Add(("task-succeeded", "/task/" + succeeded));
        if (await First("/api/v1/tasks?q=retries:%3E0", "id") is { } retried)
            pages.Add(("task-retried", "/task/" + retried));
        if (await First("/api/v1/tasks?q=has:parent", "root_id") is { } root)
            pages.Add(("workflow", "/workflow/" + root));
        if (await First("/api/v1/failures", "id") is { } group)
            pages.Add(("failure", "/failures/" + group));
        if (await First("/api/v1/workers", "hostname") is { } worker)
            pages.Add(("worker", "/worker/" + worker));
        return pages;

        async Task<string?> First(string path, string field)
        {
            using var answer = JsonDocument.Parse(await http.GetStringAsync(path));
            var items = answer.RootElement.EnumerateObject().First(p => p.Value.ValueKind == JsonValueKind.Array).Value;
            return items.GetArrayLength() == 0 ? null : Uri.EscapeDataString(items[0].GetProperty(field).GetString()!);
        }
    }
}
