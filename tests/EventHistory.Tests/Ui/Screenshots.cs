using System.Text.Json;
using EventHistory.Core.Retention;
using EventHistory.Retention;
using EventHistory.Tests.Api;
using EventHistory.Tests.Fixtures;
using EventHistory.Tests.Queries;
using EventHistory.Ui;
using Microsoft.Playwright;
using Npgsql;

namespace EventHistory.Tests.Ui;

/// <summary>Pictures of every page with what a running EventHistory has recorded, and of what is seldom seen there, for people to look at: <c>make screenshots</c>.</summary>
public sealed class Screenshots(Postgres postgres)
{
    private static readonly (string Theme, int Width, string Suffix)[] _looks = [("light", 1360, ""), ("dark", 1360, "-dark"), ("light", 390, "-phone")];

    private static readonly string[] _emptyToo = ["", "tasks", "failures", "failures/matrix", "runtimes", "workers", "events", "coverage", "broker", "stuck", "reports", "saved"];

    // of what is refused, not there, not there any more, and of a database that is away, there are pictures as well
    private static readonly int[] _refusals = [400, 404, 410, 503];

    [Fact(Explicit = true)]
    public async Task Every_page_in_both_themes()
    {
        var site = new Uri(Environment.GetEnvironmentVariable("SITE") ?? "http://127.0.0.1:5555");
        using var http = new HttpClient { BaseAddress = site };
        await Take(site, await Pages(http));
    }

    [Fact(Explicit = true)]
    public async Task What_is_seldom_seen()
    {
        await using (var empty = await Site.Open(postgres))
        {
            await Take(empty.Web.Http.BaseAddress!,
                [.. _emptyToo.Select(path => ($"empty-{(path.Length == 0 ? "home" : path.Replace('/', '-'))}", "/" + path))]);
            (empty.Web.Recorder.State, empty.Web.Recorder.Problem, empty.Web.Recorder.BrokerConnected) = ("connecting", "The broker does not answer.", false);
            await Take(empty.Web.Http.BaseAddress!, [("not-recording-home", "/"), ("not-recording-broker", "/broker")]);
        }
        await using (var nowhere = NpgsqlDataSource.Create("Host=127.0.0.1;Port=1;Username=nobody;Timeout=1"))
        await using (var away = await TestWeb.Start(nowhere))
            await Take(away.Http.BaseAddress!, [("error-database", "/tasks")]);

        await using var site = await Site.Open(postgres);
        await site.History.Record(Enumerable.Range(200, 20).SelectMany(n => new[] { Say.Received(Say.Id(n), "shop.old", DateTime.UtcNow.AddDays(-3)), Say.Failed(Say.Id(n), DateTime.UtcNow.AddDays(-3)) }));
        await site.History.Record(HardTexts.Events(DateTime.UtcNow.AddMinutes(-5)));
        await site.History.RecordAfterGap(17, Say.Received(Say.Id(100), "shop.late", DateTime.UtcNow.AddMinutes(-1)));
        using var added = await site.Post("/reports", ("name", "Failures of the night"), ("kind", "failures"), ("range", "24h"), ("cron", "0 7 * * mon-fri"), ("time_zone", "Europe/Berlin"), ("by", "ann"));
        var report = added.Headers.Location!.OriginalString;
        (await site.Post(report + "/run")).Dispose();
        var evil = Uri.EscapeDataString(HardTexts.Evil);
        await Take(site.Web.Http.BaseAddress!,
        [
            ("report", report), ("report-preview", report + "/preview"), ("gap-broker", "/broker"), ("gap-coverage", "/coverage"), ("event", "/events?position=5"), ("not-found", "/task/nobody"),
            ("hard-task", "/task/" + evil), ("hard-tasks", "/tasks"), ("hard-events", "/events?type=task-failed"), ("hard-worker", "/worker/" + evil), ("hard-workers", "/workers"),
            ("hard-failures", "/failures"), ("hard-compare", $"/compare?one={evil}&other={Say.Id(1)}"), ("hard-workflow", "/workflow/" + Say.Id(1)), ("hard-runtimes", "/runtimes"),
        ]);
        await new Prune(site.History.Data).Run(new RetentionPolicy { MaxTasks = 31 }, DateTime.UtcNow.AddDays(1), _ => { }, TestContext.Current.CancellationToken);
        await Take(site.Web.Http.BaseAddress!, [("pruned-task", "/task/" + Say.Id(200)), ("pruned-retention", "/retention")]);
    }

    private static async Task Take(Uri site, IEnumerable<(string Name, string Path)> all)
    {
        var folder = Directory.CreateDirectory(Environment.GetEnvironmentVariable("PICTURES") ?? "artifacts/screenshots").FullName;
        var only = Environment.GetEnvironmentVariable("ONLY")?.Split(',');
        var pages = all.Where(page => only is null || only.Contains(page.Name)).ToList();
        await using var visitor = await Visitor.Come(site);
        foreach (var (theme, width, suffix) in pages.Count == 0 ? [] : _looks)
        {
            var browser = await visitor.Open(width, theme);
            foreach (var (name, path) in pages)
            {
                await browser.GotoAsync(path);
                await Assertions.Expect(browser.Locator(".htmx-request:not(#status)")).ToHaveCountAsync(0);
                await browser.ScreenshotAsync(new() { Path = Path.Combine(folder, $"{name}{suffix}.png"), FullPage = true });
            }
        }
        Assert.DoesNotContain(visitor.Complaints, c => !_refusals.Any(code => c.Contains($"status of {code}", StringComparison.Ordinal)));
    }

    private static async Task<List<(string Name, string Path)>> Pages(HttpClient http)
    {
        var pages = Navigation.Main.Concat(Navigation.More).Select(entry => (entry.Name, entry.Path)).ToList();
        pages.Add(("tasks-filtered", "/tasks?q=state:FAILURE,RETRY&range=24h"));
        pages.Add(("tasks-refused", "/tasks?q=nam:shop"));
        pages.Add(("failures-matrix", "/failures/matrix"));
        pages.Add(("events-failed", "/events?type=task-failed"));
        pages.Add(("retention-preview", "/retention/preview?max_tasks=1000&max_age=FAILURE+90d"));
        pages.Add(("saved", "/saved"));
        if (await First("/api/v1/tasks?q=state:FAILURE%20has:traceback", "id") is { } failed)
        {
            pages.Add(("task-failed", "/task/" + failed));
            pages.Add(("task-compact", $"/task/{failed}?story=compact"));
            pages.Add(("task-json", $"/task/{failed}?story=json"));
            pages.Add(("compare", "/compare?one=" + failed));
        }
        if (await First("/api/v1/tasks?q=state:SUCCESS%20runtime:%3E0s", "id") is { } succeeded)
            pages.Add(("task-succeeded", "/task/" + succeeded));
        if (await First("/api/v1/tasks?q=state:SUCCESS%20runtime:%3E0s", "name") is { } name)
        {
            pages.Add(("runtimes-name", "/runtimes?name=" + name));
            pages.Add(("runtimes-queue", "/runtimes?by=queue&of=queue_wait"));
        }
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
