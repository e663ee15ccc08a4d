using System.IO.Compression;
using System.Net;
using EventHistory.Tests.Fixtures;
using EventHistory.Tests.Queries;

namespace EventHistory.Tests.Ui;

public sealed class PagesTests(Postgres postgres) : IAsyncLifetime
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private Site _site = null!;

    public async ValueTask InitializeAsync() => _site = await Site.Open(postgres);

    public ValueTask DisposeAsync() => _site.DisposeAsync();

    [Fact]
    public async Task An_empty_history_tells_which_settings_to_switch_on()
    {
        var page = await _site.Web.Text("/tasks");

        Contains("No task was recorded yet", page);
        Contains("worker_send_task_events", page);
        Contains("task_send_sent_event", page);
        Contains("No worker was heard yet", await _site.Web.Text("/workers"));
    }

    [Fact]
    public async Task A_search_is_kept_under_a_name_and_found_again()
    {
        var kept = await _site.Post("/saved", ("name", "Slow <mails>"), ("q", "name:mail.* first_seen:-7d"), ("columns", "id,runtime,root_id"), ("sort", "runtime"), ("order", "desc"), ("by", "ann"));
        var page = await _site.Web.Text("/saved");
        var address = System.Text.RegularExpressions.Regex.Match(page, "href=\"(/saved/[0-9a-f-]{36})\"").Groups[1].Value;
        using var opened = await _site.Web.Get(address);
        var twice = await _site.Post("/saved", ("name", "Slow <mails>"), ("q", ""), ("columns", ""), ("sort", ""), ("order", ""), ("by", "ann"));
        var refused = await _site.Post("/saved", ("name", "Wrong"), ("q", "nam:mail"), ("columns", ""), ("sort", ""), ("order", ""), ("by", "ann"));
        var deleted = await _site.Post(address + "/delete");

        Assert.Equal("/saved", kept.Headers.Location!.OriginalString);
        Contains("Slow &lt;mails&gt;", page);
        Assert.Equal("/tasks?q=name%3Amail.%2A%20first_seen%3A-7d&sort=runtime&columns=id,runtime,root".Replace("%2A", "*", StringComparison.Ordinal),
            opened.Headers.Location!.OriginalString.Replace("%2A", "*", StringComparison.Ordinal));
        Assert.Equal([HttpStatusCode.BadRequest, HttpStatusCode.BadRequest, HttpStatusCode.Redirect], [twice.StatusCode, refused.StatusCode, deleted.StatusCode]);
        Contains("No search is kept yet", await _site.Web.Text("/saved"));
    }

    [Fact]
    public async Task A_task_is_pinned_and_let_go_on_its_page()
    {
        await _site.History.Record(Say.Received("order / 1", "shop.pay", Say.At("10:00:00")), Say.Failed("order / 1", Say.At("10:00:01")));
        async Task<HttpStatusCode> Send(params (string Name, string Value)[] fields)
        {
            using var answer = await _site.Post("/pin", [("id", "order / 1"), .. fields]);
            return answer.StatusCode;
        }

        Contains("10,000,000 newer tasks", await _site.Web.Text("/task/order%20%2F%201"));
        Assert.Equal(HttpStatusCode.BadRequest, await Send(("by", " ")));
        Assert.Equal(HttpStatusCode.Redirect, await Send(("by", "ann"), ("why", "the <audit>")));
        Contains("the &lt;audit&gt;", await _site.Web.Text("/task/order%20%2F%201"));
        Assert.Equal(HttpStatusCode.Redirect, await Send(("keep", "no")));
        Contains("Keep it for ever", await _site.Web.Text("/task/order%20%2F%201"));
    }

    [Fact]
    public async Task Hostile_names_are_only_text()
    {
        const string Evil = "<script>alert(1)</script>";
        await _site.History.Record(
            Say.Event("task-received", "10:00:00", ("uuid", Evil), ("name", Evil), ("args", Evil), ("kwargs", Evil), ("retries", 0), ("hostname", Evil)),
            Say.Event("task-failed", "10:00:01", ("uuid", Evil), ("exception", Evil), ("traceback", "  File \"<b>\", line 1, in <i>\n" + Evil), ("hostname", Evil)));

        foreach (var path in (string[])["/tasks", "/tasks?name=" + Uri.EscapeDataString(Evil), "/task/" + Uri.EscapeDataString(Evil), "/workers", "/task/" + Uri.EscapeDataString(Evil + "x")])
        {
            using var answer = await _site.Web.Get(path);
            var page = await answer.Content.ReadAsStringAsync(Ct);
            Assert.DoesNotContain(Evil, page, StringComparison.Ordinal);
            Assert.DoesNotContain("<i>", page, StringComparison.Ordinal);
            Assert.Contains("default-src 'none'; script-src 'self'; style-src 'self'", answer.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
            Assert.DoesNotMatch("<[^>]+ style=|<style|<script>", page);
        }
    }

    [Fact]
    public async Task A_filter_by_a_part_of_a_name_finds_every_name_with_it()
    {
        await _site.History.Record(
            Say.Received(Say.Id(1), "shop.mail.send", Say.At("10:00:00")),
            Say.Received(Say.Id(2), "shop.mail.fetch", Say.At("10:00:01")),
            Say.Received(Say.Id(3), "shop.pay", Say.At("10:00:02")));

        var page = await _site.Web.Text("/tasks?q=name:MAIL&state=RECEIVED&range=");

        Contains(Say.Id(1), page);
        Contains(Say.Id(2), page);
        Assert.DoesNotContain(Say.Id(3), page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Beside_what_is_chosen_the_other_values_are_counted_too()
    {
        await _site.History.Record(
            Say.Received(Say.Id(1), "shop.mail", Say.At("10:00:00")), Say.Failed(Say.Id(1), Say.At("10:00:01")),
            Say.Received(Say.Id(2), "shop.mail", Say.At("10:00:00")), Say.Received(Say.Id(3), "shop.mail", Say.At("10:00:00")), Say.Received(Say.Id(4), "shop.pay", Say.At("10:00:00")));

        var facets = await _site.Web.Text("/tasks/facets?q=state:FAILURE%20name:=shop.mail");

        string Count(string value) => System.Text.RegularExpressions.Regex.Match(facets, $"class=\"value\">{value}</span>\\s*<span class=\"count\">([0-9]*)<").Groups[1].Value;
        Assert.Equal(("1", "2"), (Count("Failure"), Count("Received"))); // of shop.mail
        Assert.Equal(("1", ""), (Count("shop.mail"), Count("shop.pay"))); // of those that failed
    }

    [Fact]
    public async Task Older_tasks_are_a_link_that_keeps_the_filter()
    {
        await _site.History.Record(Enumerable.Range(1, 51).Select(n => Say.Received(Say.Id(n), "task", Say.At("10:00:00").AddSeconds(n))));

        var page = await _site.Web.Text("/tasks?state=RECEIVED");
        var older = System.Text.RegularExpressions.Regex.Match(page, "href=\"(/tasks[^\"]*cursor=[^\"]*)\"").Groups[1].Value;
        var next = await _site.Web.Text(WebUtility.HtmlDecode(older));

        Assert.StartsWith("/tasks?q=state", older, StringComparison.Ordinal);
        Contains(Say.Id(1), next);
        Assert.DoesNotContain(Say.Id(2), next, StringComparison.Ordinal);
        Contains("Newest", next);
    }

    [Fact]
    public async Task A_filter_that_is_not_understood_says_what_would_be_right()
    {
        using var answer = await _site.Web.Get("/tasks?range=custom&from=yesterday");

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Contains("is not a time", await answer.Content.ReadAsStringAsync(Ct));
    }

    [Theory]
    [InlineData("/nothing", "There is no page at /nothing.")]
    [InlineData("/task/nobody", "No event of a task with the id “nobody” was recorded.")]
    public async Task What_is_not_there_has_a_page_that_says_so(string path, string sentence)
    {
        using var answer = await _site.Web.Get(path);

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Contains(sentence, WebUtility.HtmlDecode(await answer.Content.ReadAsStringAsync(Ct)));
    }

    [Fact]
    public async Task A_nul_in_an_address_breaks_nothing() =>
        Assert.Equal(HttpStatusCode.BadRequest, (await _site.Web.Get("/task/a%00b")).StatusCode);

    [Fact]
    public async Task No_recording_does_not_look_like_no_events()
    {
        (_site.Web.Recorder.State, _site.Web.Recorder.Problem) = ("connecting", "The broker does not answer.");

        var page = await _site.Web.Text("/tasks");

        Contains("Not recording.", page);
        Contains("The broker does not answer.", page);
    }

    [Fact]
    public async Task Stylesheet_and_script_are_cached_by_their_content()
    {
        var page = await _site.Web.Text("/tasks");
        foreach (System.Text.RegularExpressions.Match asset in System.Text.RegularExpressions.Regex.Matches(page, "(?:href|src)=\"(/assets/[^\"#]+)"))
        {
            using var answer = await _site.Web.Get(asset.Groups[1].Value);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.Contains("immutable", answer.Headers.CacheControl!.ToString(), StringComparison.Ordinal);
            Assert.NotNull(answer.Headers.ETag);
        }
        Assert.Equal(HttpStatusCode.NotFound, (await _site.Web.Get("/assets/nothing.css")).StatusCode);
    }

    [Theory]
    [InlineData("gzip, deflate, br", true)]
    [InlineData("br;q=1.0, gzip;q=0", false)]
    [InlineData("identity", false)]
    public async Task Scripts_are_compressed_for_who_takes_it_and_pages_are_not(string accepts, bool isZipped)
    {
        async Task<(string? Encoding, byte[] Content)> Ask(string path)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(_site.Web.Http.BaseAddress!, path)) { Headers = { { "Accept-Encoding", accepts } } };
            using var answer = await _site.Web.Http.SendAsync(request, Ct);
            return (answer.Content.Headers.ContentEncoding.SingleOrDefault(), await answer.Content.ReadAsByteArrayAsync(Ct));
        }
        var script = await _site.Web.Text("/assets/app.js");

        var (encoding, content) = await Ask("/assets/app.js");

        Assert.Equal(isZipped ? "gzip" : null, encoding);
        using var unzipped = new StreamReader(isZipped ? new GZipStream(new MemoryStream(content), CompressionMode.Decompress) : new MemoryStream(content));
        Assert.Equal(script, await unzipped.ReadToEndAsync(Ct));
        Assert.True(!isZipped || content.Length < script.Length / 2, $"{content.Length} bytes of {script.Length}");
        Assert.Null((await Ask("/tasks?q=state:FAILURE")).Encoding); // what it reflects must not tell by its length what else is there
    }

    [Fact]
    public async Task Every_event_has_an_address_that_leads_to_it()
    {
        await _site.History.Record(Enumerable.Range(1, 100).Select(n => Say.Received(Say.Id(n), "shop.pay", Say.At("10:00:00").AddSeconds(n))));

        var story = await _site.Web.Text("/task/" + Say.Id(40));
        var link = System.Text.RegularExpressions.Regex.Match(story, "href=\"(/events\\?position=[0-9]+#e-([0-9]+))\"");
        var page = await _site.Web.Text(link.Groups[1].Value.Split('#')[0]);

        Contains($"id=\"e-{link.Groups[2].Value}\"", page);
        Assert.Contains(Say.Id(40), System.Text.RegularExpressions.Regex.Match(page, "<li class=\"[^\"]* at-this\".*?</li>", System.Text.RegularExpressions.RegexOptions.Singleline).Value, StringComparison.Ordinal);
        Contains(Say.Id(41), page); // what came after it
        Contains("There is no event at position 5,000", await _site.Web.Text("/events?position=5000"));
        Contains("that matches", await _site.Web.Text($"/events?type=task-failed&position={link.Groups[2].Value}"));
        Assert.Equal(HttpStatusCode.OK, (await _site.Web.Get("/events?position=9223372036854775807")).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await _site.Web.Get("/events?position=last")).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await _site.Web.Get("/events?source=other&position=1")).StatusCode);
    }

    [Fact]
    public async Task Keys_of_keyword_arguments_are_those_of_the_latest_tasks_of_the_name()
    {
        string Call(int n, string name, string kwargs) => Say.Event("task-received", Say.At("10:00:00").AddSeconds(n), ("uuid", Say.Id(n)), ("name", name), ("kwargs", kwargs), ("retries", 0));
        await _site.History.Record(Call(1, "shop.pay", "{'user': 42, 'order id': 1}"), Call(2, "shop.pay", "{'user': 7, 'price': {'net': 1}}"), Call(3, "shop.mail", "{'to': 'ann'}"));

        Assert.Equal("[\"user\",\"price\"]", await _site.Web.Text("/tasks/keys?q=name:=shop.pay%20state:RECEIVED"));
        Assert.Equal("[\"user\",\"price\",\"to\"]", await _site.Web.Text("/tasks/keys")); // what most tasks have comes first
        Assert.Equal("[]", await _site.Web.Text("/tasks/keys?q=name:nothing"));
        Assert.Equal(HttpStatusCode.OK, (await _site.Web.Get("/tasks/keys?q=((")).StatusCode);
    }

    private static void Contains(string text, string page) => Assert.Contains(text, page, StringComparison.Ordinal);
}
