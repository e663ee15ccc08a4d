using System.Net;
using System.Text.RegularExpressions;
using EventHistory.Tests.Fixtures;
using EventHistory.Tests.Queries;

namespace EventHistory.Tests.Ui;

public sealed class FailurePagesTests(Postgres postgres) : IAsyncLifetime
{
    private readonly SetClock _clock = new(Say.At("12:00:00"));
    private Site _site = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _site = await Site.Open(postgres, _clock);

    public ValueTask DisposeAsync() => _site.DisposeAsync();

    [Fact]
    public async Task A_group_is_found_read_and_resolved_and_regresses()
    {
        await Fail(1, "11:00:00", "order 1");
        await Fail(2, "11:30:00", "order 2");
        var list = await _site.Web.Text("/failures");
        Assert.Contains("KeyError in pay", list, StringComparison.Ordinal);
        var path = Regex.Match(list, "/failures/[0-9a-f]{32}").Value;

        var page = WebUtility.HtmlDecode(await _site.Web.Text(path));
        Assert.Contains("shop/tasks.py", page, StringComparison.Ordinal);
        Assert.Contains("KeyError('order 2')", page, StringComparison.Ordinal); // the sample is the latest
        var spread = WebUtility.HtmlDecode(await _site.Web.Text(path + "/spread"));
        Assert.Contains("2 ×", spread, StringComparison.Ordinal); // the messages differ in a number only
        Assert.Contains("celery@w1", spread, StringComparison.Ordinal);

        using (var answer = await _site.Post(path + "/state", ("state", "resolved"), ("by", "ann"), ("reason", "deployed")))
            Assert.Equal(path + "#state", answer.Headers.Location!.OriginalString);
        page = WebUtility.HtmlDecode(await _site.Web.Text(path));
        Assert.Contains("f-resolved", page, StringComparison.Ordinal);
        Assert.Contains("by ann", page, StringComparison.Ordinal);

        _clock.Now = Say.At("13:00:00");
        await Fail(3, "12:59:00", "order 3");
        Assert.Contains("regressed", await _site.Web.Text(path), StringComparison.Ordinal);
        Assert.Contains("1 regressed", await _site.Web.Text("/"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_wrong_with_a_decision_is_said_and_changes_nothing()
    {
        await Fail(1, "11:00:00", "one");
        var path = Regex.Match(await _site.Web.Text("/failures"), "/failures/[0-9a-f]{32}").Value;

        foreach (var (fields, sentence) in new ((string, string)[], string)[]
        {
            ([("state", "resolved"), ("by", "")], "by is missing"),
            ([("state", "solved"), ("by", "ann")], "state must be open, resolved or ignored"),
            ([("state", "ignored"), ("by", "ann"), ("until_days", "soon")], "is not a number of days"),
            ([("state", "ignored"), ("by", "ann"), ("until_count", "0")], "until_count is not a whole number"),
        })
        {
            using var answer = await _site.Post(path + "/state", fields);
            Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
            Assert.Contains(sentence, WebUtility.HtmlDecode(await answer.Content.ReadAsStringAsync(Ct)), StringComparison.Ordinal);
        }
        using (var answer = await _site.PostFrom("cross-site", path + "/state", ("state", "resolved"), ("by", "ann")))
            Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        using (var answer = await _site.Web.Send(HttpMethod.Post, path + "/state", new StringContent("state=resolved&by=ann")))
            Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.Contains("Nothing yet", await _site.Web.Text(path), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_matrix_counts_by_name_exception_and_window_and_each_number_leads_to_its_tasks()
    {
        await Fail(1, "11:50:00", "now");
        await Fail(2, "10:00:00", "before");

        var page = WebUtility.HtmlDecode(await _site.Web.Text("/failures/matrix"));

        var hour = Regex.Match(page, "<a href=\"(/tasks[^\"]*finished%3A-1h)\">1</a>").Groups[1].Value;
        Assert.Contains(Say.Id(1), await _site.Web.Text(hour), StringComparison.Ordinal);
        Assert.DoesNotContain(Say.Id(2), await _site.Web.Text(hour), StringComparison.Ordinal);
        Assert.Contains("finished%3A-3h\">2</a>", page, StringComparison.Ordinal);
    }

    private Task Fail(int n, string at, string message) => _site.History.Record(
        Say.Received(Say.Id(n), "shop.pay", Say.At(at)),
        Say.Event("task-failed", at, ("uuid", Say.Id(n)), ("exception", $"KeyError('{message}')"),
            ("traceback", $"Traceback (most recent call last):\n  File \"/srv/shop/tasks.py\", line 7, in pay\n    raise\nKeyError: '{message}'")));
}
