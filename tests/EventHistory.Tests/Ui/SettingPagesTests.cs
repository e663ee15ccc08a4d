using System.Net;
using System.Text.RegularExpressions;
using EventHistory.Tests.Api;
using EventHistory.Tests.Fixtures;
using EventHistory.Tests.Queries;

namespace EventHistory.Tests.Ui;

/// <summary>The pages that set what is kept and what is told: retention, reports, jobs.</summary>
public sealed class SettingPagesTests(Postgres postgres) : IAsyncLifetime
{
    private History _history = null!;
    private TestWeb _web = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _history = await History.Create(postgres);
        _web = await TestWeb.Start(_history.Data);
    }

    public async ValueTask DisposeAsync()
    {
        await _web.DisposeAsync();
        await _history.DisposeAsync();
    }

    [Fact]
    public async Task A_policy_is_tried_saved_and_refused_in_the_words_of_the_api()
    {
        await _history.Record(Say.Received(Say.Id(1), "shop.pay", Say.At("10:00:00")), Say.Failed(Say.Id(1), Say.At("10:00:01")));

        var preview = Plain(await _web.Text("/retention/preview?max_tasks=&max_age=FAILURE+1h&now=1"));
        Assert.Contains("of 1 finished ones", preview, StringComparison.Ordinal);

        using (var refused = await Post("/retention", ("max_tasks", "10"), ("max_age", "FAILURE soon")))
        {
            Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
            var page = Plain(await refused.Content.ReadAsStringAsync(Ct));
            Assert.Contains("role=\"alert\"", page, StringComparison.Ordinal);
            Assert.Contains("value=\"FAILURE soon\"", page, StringComparison.Ordinal); // nobody types it twice
        }
        Assert.Contains("\"max_tasks\":10000000", await _web.Text("/api/v1/retention"), StringComparison.Ordinal);

        using (var saved = await Post("/retention", ("max_tasks", "5000"), ("max_age", "FAILURE 90d; shop.* forever"), ("max_gigabytes", "1.5")))
            Assert.Equal("/retention#policy", saved.Headers.Location!.OriginalString);
        var policy = await _web.Text("/api/v1/retention");
        Assert.Contains("\"max_tasks\":5000", policy, StringComparison.Ordinal);
        Assert.Contains("\"max_bytes\":1500000000", policy, StringComparison.Ordinal);
        Assert.Contains("FAILURE 90d; shop.* forever", Plain(await _web.Text("/retention")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_report_is_written_made_changed_and_deleted()
    {
        using (var refused = await Post("/reports", ("name", "Night"), ("kind", "failures"), ("cron", "61 * * * *"), ("by", "ann")))
        {
            Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
            Assert.Contains("61 * * * *", Plain(await refused.Content.ReadAsStringAsync(Ct)), StringComparison.Ordinal);
        }
        using var added = await Post("/reports", ("name", "Night <b>"), ("kind", "failures"), ("range", "12h"), ("cron", "0 7 * * mon-fri"), ("time_zone", "Europe/Berlin"), ("formats", "html"), ("by", "ann"));
        var path = added.Headers.Location!.OriginalString;
        Assert.Contains("Night &lt;b&gt;", await _web.Text("/reports"), StringComparison.Ordinal);

        using (var made = await Post(path + "/run"))
            Assert.Equal(path, made.Headers.Location!.OriginalString);
        var page = Plain(await _web.Text(path));
        Assert.Contains(">made<", page, StringComparison.Ordinal);
        var file = Regex.Match(page, "/api/v1/reports/[^\"]*/files/html").Value;
        Assert.StartsWith("<!DOCTYPE html>", await _web.Text(file), StringComparison.OrdinalIgnoreCase);

        using (var changed = await Post(path, ("name", "Evening"), ("kind", "failures"), ("by", "bob")))
            Assert.Equal(path, changed.Headers.Location!.OriginalString);
        Assert.Contains("Evening", await _web.Text(path), StringComparison.Ordinal);
        using (var deleted = await Post(path + "/delete"))
            Assert.Equal("/reports", deleted.Headers.Location!.OriginalString);
        Assert.Equal(HttpStatusCode.NotFound, (await _web.Get(path)).StatusCode);
    }

    [Theory]
    [InlineData("/retention")]
    [InlineData("/retention/prune")]
    [InlineData("/reports")]
    [InlineData("/jobs/prune/run")]
    public async Task A_form_of_another_site_changes_nothing(string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(_web.Http.BaseAddress!, path)) { Content = new FormUrlEncodedContent([]) };
        request.Headers.Add("Sec-Fetch-Site", "cross-site");
        using var answer = await _web.Http.SendAsync(request, Ct);
        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
    }

    [Fact]
    public async Task What_is_stuck_is_listed_by_kind()
    {
        Assert.Contains("Nothing is stuck", await _web.Text("/stuck"), StringComparison.Ordinal);
        Assert.Contains("Nothing was stuck", await _web.Text("/stuck?state=resolved&kind=never-received"), StringComparison.Ordinal);
        using var answer = await _web.Get("/stuck?kind=slow");
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains("never-received", await answer.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
    }

    private static string Plain(string page) => WebUtility.HtmlDecode(page);

    private Task<HttpResponseMessage> Post(string path, params (string Name, string Value)[] fields)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri(_web.Http.BaseAddress!, path))
        {
            Content = new FormUrlEncodedContent(fields.Select(f => KeyValuePair.Create(f.Name, f.Value))),
        };
        request.Headers.Add("Sec-Fetch-Site", "same-origin");
        return _web.Http.SendAsync(request, Ct);
    }
}
