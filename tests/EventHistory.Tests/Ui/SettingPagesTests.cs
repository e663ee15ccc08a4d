using System.Net;
using System.Text.RegularExpressions;
using EventHistory.Tests.Fixtures;
using EventHistory.Tests.Queries;

namespace EventHistory.Tests.Ui;

/// <summary>The pages that set what is kept and what is told: retention, reports, jobs.</summary>
public sealed class SettingPagesTests(Postgres postgres) : IAsyncLifetime
{
    private Site _site = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _site = await Site.Open(postgres);

    public ValueTask DisposeAsync() => _site.DisposeAsync();

    [Fact]
    public async Task A_policy_is_tried_saved_and_refused_in_the_words_of_the_api()
    {
        await _site.History.Record(Say.Received(Say.Id(1), "shop.pay", Say.At("10:00:00")), Say.Failed(Say.Id(1), Say.At("10:00:01")));

        var preview = Plain(await _site.Web.Text("/retention/preview?max_tasks=&max_age=FAILURE+1h&now=1"));
        Assert.Contains("of 1 finished ones", preview, StringComparison.Ordinal);

        using (var refused = await _site.Post("/retention", ("max_tasks", "10"), ("max_age", "FAILURE soon")))
        {
            Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
            var page = Plain(await refused.Content.ReadAsStringAsync(Ct));
            Assert.Contains("role=\"alert\"", page, StringComparison.Ordinal);
            Assert.Contains("value=\"FAILURE soon\"", page, StringComparison.Ordinal); // nobody types it twice
        }
        Assert.Contains("\"max_tasks\":10000000", await _site.Web.Text("/api/v1/retention"), StringComparison.Ordinal);

        using (var saved = await _site.Post("/retention", ("max_tasks", "5000"), ("max_age", "FAILURE 90d; shop.* forever"), ("max_gigabytes", "1.5")))
            Assert.Equal("/retention#policy", saved.Headers.Location!.OriginalString);
        var policy = await _site.Web.Text("/api/v1/retention");
        Assert.Contains("\"max_tasks\":5000", policy, StringComparison.Ordinal);
        Assert.Contains("\"max_bytes\":1500000000", policy, StringComparison.Ordinal);
        Assert.Contains("FAILURE 90d; shop.* forever", Plain(await _site.Web.Text("/retention")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_report_is_written_made_changed_and_deleted()
    {
        using (var refused = await _site.Post("/reports", ("name", "Night"), ("kind", "failures"), ("cron", "61 * * * *"), ("by", "ann")))
        {
            Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
            Assert.Contains("61 * * * *", Plain(await refused.Content.ReadAsStringAsync(Ct)), StringComparison.Ordinal);
        }
        using var added = await _site.Post("/reports", ("name", "Night <b>"), ("kind", "failures"), ("range", "12h"), ("cron", "0 7 * * mon-fri"), ("time_zone", "Europe/Berlin"), ("formats", "html"), ("by", "ann"));
        var path = added.Headers.Location!.OriginalString;
        Assert.Contains("Night &lt;b&gt;", await _site.Web.Text("/reports"), StringComparison.Ordinal);

        using (var made = await _site.Post(path + "/run"))
            Assert.Equal(path, made.Headers.Location!.OriginalString);
        var page = Plain(await _site.Web.Text(path));
        Assert.Contains(">made<", page, StringComparison.Ordinal);
        var file = Regex.Match(page, "/api/v1/reports/[^\"]*/files/html").Value;
        Assert.StartsWith("<!DOCTYPE html>", await _site.Web.Text(file), StringComparison.OrdinalIgnoreCase);

        using (var changed = await _site.Post(path, ("name", "Evening"), ("kind", "failures"), ("by", "bob")))
            Assert.Equal(path, changed.Headers.Location!.OriginalString);
        Assert.Contains("Evening", await _site.Web.Text(path), StringComparison.Ordinal);
        using (var deleted = await _site.Post(path + "/delete"))
            Assert.Equal("/reports", deleted.Headers.Location!.OriginalString);
        Assert.Equal(HttpStatusCode.NotFound, (await _site.Web.Get(path)).StatusCode);
    }

    [Fact]
    public async Task A_report_is_looked_at_before_it_is_kept_and_later_as_it_would_be_now()
    {
        var now = DateTime.UtcNow.AddMinutes(-5);
        await _site.History.Record(Say.Received(Say.Id(1), "shop.<pay>", now), Say.Failed(Say.Id(1), now.AddSeconds(1)));

        using var preview = await _site.Post("/reports/preview", ("name", ""), ("kind", "failures"), ("range", "1h"), ("cron", "0 7 * * *"), ("by", ""));
        var page = await preview.Content.ReadAsStringAsync(Ct);
        Assert.Equal(HttpStatusCode.OK, preview.StatusCode);
        Assert.Contains("ValueError", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<pay>", page, StringComparison.Ordinal);
        Assert.Contains("value=\"0 7 * * *\"", page, StringComparison.Ordinal); // what was typed is still there, to be saved
        Assert.Contains("There is no report yet", await _site.Web.Text("/reports"), StringComparison.Ordinal);

        using var refused = await _site.Post("/reports/preview", ("name", "Night"), ("kind", "failures"), ("range", "soon"), ("by", "ann"));
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Contains("value=\"soon\"", await refused.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);

        using var added = await _site.Post("/reports", ("name", "Night"), ("kind", "failures"), ("range", "1h"), ("by", "ann"));
        var path = added.Headers.Location!.OriginalString;
        Assert.Contains("ValueError", await _site.Web.Text(path + "/preview"), StringComparison.Ordinal);
        using var changed = await _site.Post("/reports/preview", ("id", path.Split('/')[^1]), ("name", "Night"), ("kind", "coverage"), ("range", "1h"), ("by", "ann"));
        Assert.Contains($"action=\"{path}\"", await changed.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
        Assert.Contains("It was not made yet", await _site.Web.Text(path), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await _site.Web.Get($"/reports/{Guid.NewGuid()}/preview")).StatusCode);
    }

    [Theory]
    [InlineData("/retention")]
    [InlineData("/retention/prune")]
    [InlineData("/reports")]
    [InlineData("/reports/preview")]
    [InlineData("/jobs/prune/run")]
    public async Task A_form_of_another_site_changes_nothing(string path)
    {
        using var answer = await _site.PostFrom("cross-site", path);
        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
    }

    [Fact]
    public async Task What_is_stuck_is_listed_by_kind()
    {
        Assert.Contains("Nothing is stuck", await _site.Web.Text("/stuck"), StringComparison.Ordinal);
        Assert.Contains("Nothing was stuck", await _site.Web.Text("/stuck?state=resolved&kind=never-received"), StringComparison.Ordinal);
        using var answer = await _site.Web.Get("/stuck?kind=slow");
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains("never-received", await answer.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
    }

    private static string Plain(string page) => WebUtility.HtmlDecode(page);
}
