using System.Net;
using EventHistory.Tests.Fixtures;
using EventHistory.Tests.Queries;

namespace EventHistory.Tests.Ui;

/// <summary>The pages about many tasks at once: home, runtimes, workers, coverage, settings.</summary>
public sealed class OverviewPagesTests(Postgres postgres) : IAsyncLifetime
{
    private const string Evil = "<script>alert(1)</script>\u202e\"'&";

    private static readonly string[] _paths =
    [
        "/", "/home/names", "/failures", "/failures/matrix", "/runtimes", "/runtimes/table", "/runtimes?by=worker&of=queue_wait", "/workers", "/coverage", "/broker", "/settings",
    ];

    private readonly SetClock _clock = new(Say.At("12:00:00"));
    private Site _site = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _site = await Site.Open(postgres, _clock);

    public ValueTask DisposeAsync() => _site.DisposeAsync();

    [Fact]
    public async Task Of_an_empty_history_every_page_says_so()
    {
        Contains("No event was recorded yet", await _site.Web.Text("/"));
        Contains("No task failed in the last 7 d", await _site.Web.Text("/failures"));
        Contains("No task failed in the last 30 days", await _site.Web.Text("/failures/matrix"));
        Contains("No task succeeded in this range", await _site.Web.Text("/runtimes"));
        Contains("No worker was heard yet", await _site.Web.Text("/workers"));
        foreach (var path in _paths)
            Assert.Equal(HttpStatusCode.OK, (await _site.Web.Get(path)).StatusCode);
    }

    [Fact]
    public async Task The_first_page_answers_three_questions()
    {
        await _site.History.Record(
            Say.Event("worker-heartbeat", "11:59:50", ("hostname", "celery@w1"), ("freq", 2), ("active", 3), ("processed", 7)),
            Say.Received(Say.Id(1), "shop.pay", Say.At("11:00:00")),
            Say.Failed(Say.Id(1), Say.At("11:00:01")));

        var page = Plain(await _site.Web.Text("/"));

        Contains("1 new", page); // a group that never failed before
        Contains("ValueError", page);
        Contains("Nothing is stuck", page);
        Contains("1 worker online, 3 tasks running", page);
        _clock.Now = Say.At("12:10:00");
        page = Plain(await _site.Web.Text("/"));
        Contains("1 worker silent", page);
        (_site.Web.Recorder.State, _site.Web.Recorder.Problem) = ("connecting", "The broker does not answer.");
        Contains("The broker keeps what is sent meanwhile", Plain(await _site.Web.Text("/")));
    }

    [Fact]
    public async Task Names_that_stand_out_are_a_part_for_the_script_and_a_page_for_everybody_else()
    {
        await _site.History.Record([.. Run(1, "shop.pay", 0.5), .. Run(2, "shop.pay", 0.5), .. Run(3, "shop.report", 9)]);

        var page = Plain(await _site.Web.Text("/home/names"));
        Assert.StartsWith("<!DOCTYPE html>", page, StringComparison.Ordinal);
        Assert.True(page.IndexOf("shop.pay", StringComparison.Ordinal) < page.IndexOf("shop.report", StringComparison.Ordinal)); // busiest first
        Contains("/runtimes?name=shop.report", page);
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(_site.Web.Http.BaseAddress!, "/home/names")) { Headers = { { "HX-Request", "true" } } };
        using var part = await _site.Web.Http.SendAsync(request, Ct);
        Assert.StartsWith("<div class=\"trio\">", (await part.Content.ReadAsStringAsync(Ct)).TrimStart(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Runtimes_compare_with_the_range_before_and_put_the_dearest_first()
    {
        await _site.History.Record([.. Enumerable.Range(1, 30).SelectMany(n => Run(n, "shop.pay", 1, "10:15:00"))]);
        await _site.History.Record([.. Enumerable.Range(31, 30).SelectMany(n => Run(n, "shop.pay", 2, "11:15:00")), .. Run(99, "shop.report", 100, "11:15:00")]);

        var table = Plain(await _site.Web.Text("/runtimes/table?range=1h"));
        Assert.True(table.IndexOf("shop.report", StringComparison.Ordinal) < table.IndexOf("shop.pay", StringComparison.Ordinal)); // 100 s against 60 s
        Contains("+100 %", table);
        Assert.DoesNotContain("shop.report", Plain(await _site.Web.Text("/runtimes?range=1h&name=shop.pay")).Split("<main")[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_worker_has_a_page_with_its_lives_and_what_it_ran()
    {
        await _site.History.Record([Say.Event("worker-online", "11:00:00", ("hostname", "celery/odd % name"), ("freq", 2)), .. Run(1, "shop.pay", 1, "11:00:01", "celery/odd % name")]);

        Contains("/worker/celery%2Fodd%20%25%20name", await _site.Web.Text("/workers?all"));
        var page = Plain(await _site.Web.Text("/worker/celery%2Fodd%20%25%20name"));
        Contains("celery/odd % name", page);
        Contains("pid 101", page);
        Contains("shop.pay", page);
        using var nobody = await _site.Web.Get("/worker/nobody");
        Assert.Equal(HttpStatusCode.NotFound, nobody.StatusCode);
    }

    [Fact]
    public async Task The_broker_is_its_stream_and_the_queues_that_events_tell_of()
    {
        await _site.History.Record(
            [.. Run(1, "shop.pay", 1), Sent(2, "mail", "11:58:00"), Sent(3, "mail", "11:59:00"), Sent(4, "<b>", "11:59:30"), Say.Received(Say.Id(3), "shop.mail", Say.At("11:59:01"))]);
        await _site.History.RecordAfterGap(17, Sent(5, "mail", "11:59:40"));

        var page = await _site.Web.Text("/broker");

        Contains("amqp://shop@rabbit.example:5672/", page); // and no password
        Contains("at most 17 messages", page);
        Contains("/tasks?q=queue%3A%3D%22mail%22%20state%3APENDING\">2</a>", page);
        Contains("2 min ago", page); // the first of those that wait
        Contains("&lt;b&gt;", page);
        _site.Web.Recorder.State = "disabled";
        Contains("Another process records", await _site.Web.Text("/broker"));
    }

    private static string Sent(int n, string queue, string at) =>
        Say.Event("task-sent", at, ("uuid", Say.Id(n)), ("name", "shop.mail"), ("args", "()"), ("kwargs", "{}"), ("retries", 0), ("queue", queue), ("exchange", ""), ("routing_key", queue));

    [Fact]
    public async Task Settings_are_shown_and_secrets_are_not()
    {
        var page = Plain(await _site.Web.Text("/settings"));

        Contains("amqp://shop:***@rabbit.example", page);
        Assert.DoesNotContain("secret", page.Split("<main")[1], StringComparison.Ordinal);
        Contains("EVENTHISTORY_BROKER", page);
        Contains("Stream:MaxAge", page);
    }

    [Theory]
    [InlineData("/?range=2y", "there are 1h, 3h, 24h")]
    [InlineData("/runtimes?from=yesterday", "is not a time")]
    [InlineData("/runtimes?of=length", "there are runtime, queue_wait, worker_wait")]
    [InlineData("/runtimes/table?by=colour", "there are name, queue, worker")]
    [InlineData("/failures?state=bad", "there are regressed, open, ignored, resolved")]
    [InlineData("/coverage?from=now&to=-1h", "is not before to")]
    [InlineData("/broker?range=9h", "there are 1h, 3h, 24h")]
    [InlineData("/workers?range=", null)]
    [InlineData("/?from=0001-01-01T00:00Z&to=9999-12-31T23:59:59Z", null)]
    [InlineData("/runtimes?from=0001-01-01T00:00Z&to=0001-01-01T00:01Z", null)]
    [InlineData("/runtimes/table?to=9999-12-31T23:59:59Z", null)]
    [InlineData("/failures?to=9999-12-31T23:59:59Z", null)]
    [InlineData("/coverage?to=9999-12-31T23:59:59Z", null)]
    public async Task What_is_not_understood_gets_a_sentence(string path, string? sentence)
    {
        using var answer = await _site.Web.Get(path);

        Assert.Equal(sentence is null ? HttpStatusCode.OK : HttpStatusCode.BadRequest, answer.StatusCode);
        Contains(sentence ?? "", Plain(await answer.Content.ReadAsStringAsync(Ct)));
    }

    [Fact]
    public async Task Hostile_names_are_only_text()
    {
        await _site.History.Record(
            Say.Event("worker-heartbeat", "11:59:50", ("hostname", Evil), ("freq", 2), ("active", 1), ("processed", 1), ("sw_ident", Evil), ("sw_ver", Evil)),
            Say.Event("task-received", "11:00:00", ("uuid", Evil), ("name", Evil), ("args", Evil), ("kwargs", Evil), ("retries", 0), ("hostname", Evil)),
            Say.Event("task-failed", "11:00:01", ("uuid", Evil), ("exception", Evil), ("traceback", "Traceback\n  File \"/srv/<b>.py\", line 1, in <i>\n" + Evil), ("hostname", Evil)));
        var group = System.Text.RegularExpressions.Regex.Match(await _site.Web.Text("/failures"), "/failures/([0-9a-f]{32})").Groups[1].Value;

        foreach (var path in (string[])[.. _paths, $"/failures/{group}", $"/failures/{group}/spread", "/worker/" + Uri.EscapeDataString(Evil), "/failures?name=" + Uri.EscapeDataString(Evil), "/runtimes?name=" + Uri.EscapeDataString(Evil)])
        {
            using var answer = await _site.Web.Get(path);
            var page = await answer.Content.ReadAsStringAsync(Ct);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.DoesNotContain("<script>alert", page, StringComparison.Ordinal);
            Assert.DoesNotContain("<i>", page, StringComparison.Ordinal);
            Assert.DoesNotMatch("<[^>]+ style=|<style|<script>", page);
        }
    }

    private static IEnumerable<string> Run(int n, string name, double seconds, string at = "11:30:00", string worker = "celery@w1") =>
    [
        Say.Received(Say.Id(n), name, Say.At(at), worker),
        Say.Event("task-started", Say.At(at), ("uuid", Say.Id(n)), ("hostname", worker)),
        Say.Event("task-succeeded", Say.At(at).AddSeconds(seconds), ("uuid", Say.Id(n)), ("runtime", seconds), ("result", "None"), ("hostname", worker)),
    ];

    private static string Plain(string page) => WebUtility.HtmlDecode(page);

    private static void Contains(string text, string page) => Assert.Contains(text, page, StringComparison.Ordinal);
}
