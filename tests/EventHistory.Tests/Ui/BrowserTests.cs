using EventHistory.Tests.Api;
using EventHistory.Tests.Fixtures;
using EventHistory.Tests.Queries;
using Microsoft.Playwright;

namespace EventHistory.Tests.Ui;

/// <summary>The pages as a person meets them, in Debian's Chromium.</summary>
public sealed class BrowserTests(Postgres postgres)
{
    private const string Chromium = "/usr/bin/chromium";

    [Fact]
    public async Task A_person_finds_a_failed_task_and_reads_why()
    {
        await using var history = await History.Create(postgres);
        await using var web = await TestWeb.Start(history.Data);
        await history.Record(
            Say.Received("order / 1", "shop.pay", Say.At("10:00:00")),
            Say.Event("task-started", "10:00:01", ("uuid", "order / 1")),
            Say.Event("task-failed", "10:00:02", ("uuid", "order / 1"), ("exception", "PaymentError('refused')"),
                ("traceback", "Traceback (most recent call last):\n  File \"/srv/shop/pay.py\", line 7, in pay\n    raise\nPaymentError: refused")),
            Say.Received(Say.Id(2), "shop.mail", Say.At("10:00:03")));
        Assert.True(File.Exists(Chromium), $"{Chromium} is missing: apt-get install chromium");
        using var playwright = await Playwright.CreateAsync();
        await using var browser = await playwright.Chromium.LaunchAsync(new() { ExecutablePath = Chromium, Args = ["--no-sandbox", "--disable-gpu"] });
        var page = await browser.NewPageAsync(new() { BaseURL = web.Http.BaseAddress!.ToString(), ViewportSize = new() { Width = 390, Height = 844 } });
        var complaints = new List<string>();
        page.PageError += (_, error) => complaints.Add(error);
        page.Console += (_, message) => { if (message.Type == "error") complaints.Add(message.Text); };

        await page.GotoAsync("/tasks");
        Assert.Equal(2, await page.Locator("tbody tr").CountAsync());
        await page.GetByLabel("Failure").ClickAsync();
        await page.WaitForURLAsync("**/tasks?state=FAILURE");
        Assert.Equal("shop.pay", await page.Locator("tbody tr a.name").TextContentAsync());

        // what comes in appears by itself
        await history.Record(Say.Received("order / 2", "shop.pay", Say.At("10:00:04")), Say.Failed("order / 2", Say.At("10:00:05")));
        await Assertions.Expect(page.Locator("tbody tr")).ToHaveCountAsync(2, new() { Timeout = 10_000 });

        await page.Locator("tbody tr a.name").Last.ClickAsync();
        await page.WaitForURLAsync("**/task/order%20%2F%201");
        Assert.Contains("PaymentError('refused')", await page.Locator(".exception").TextContentAsync(), StringComparison.Ordinal);
        Assert.Contains("/srv/shop/pay.py", await page.Locator(".traceback .own b").TextContentAsync(), StringComparison.Ordinal);
        await page.Locator(".timeline summary").Last.ClickAsync();
        await Assertions.Expect(page.Locator(".timeline details[open] pre")).ToContainTextAsync("\"type\": \"task-failed\"");

        await page.GetByRole(AriaRole.Link, new() { Name = "Workers" }).ClickAsync();
        await Assertions.Expect(page.Locator("tbody tr")).ToContainTextAsync("celery@w1");

        // nothing is wider than the phone, and the content security policy has nothing to complain about
        Assert.True(await page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= innerWidth"));
        Assert.Empty(complaints);
    }
}
