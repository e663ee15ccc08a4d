using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using EventHistory.Settings;
using EventHistory.Tests.Fixtures;
using EventHistory.Tests.Ingest;
using EventHistory.Tests.Queries;

namespace EventHistory.Tests.Api;

public sealed class ReportEndpointsTests(Postgres postgres) : IAsyncLifetime
{
    private const string Hostile = "<script>alert(1)</script>";

    private static readonly DateTime _now = Say.At("12:00:00");

    private readonly SetClock _clock = new(_now);
    private readonly TemporaryFolder _files = new();
    private History _history = null!;
    private TestWeb _web = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _history = await History.Create(postgres, _clock);
        _web = await TestWeb.Start(_history.Data, _clock, new EventHistorySettings { Reports = new() { Folder = _files.Path } });
        foreach (var (days, runtime) in new[] { (7, 1.0), (0, 2.0) })
        {
            for (var i = 0; i < 20; i++)
                await Run(100 * days + i + 1, "shop.mail", Say.At("11:00:00").AddDays(-days).AddSeconds(i), runtime);
        }
        await _history.Record(Say.Received(Say.Id(9001), Hostile, Say.At("10:00:00")), Say.Failed(Say.Id(9001), Say.At("10:00:01")));
    }

    public async ValueTask DisposeAsync()
    {
        await _web.DisposeAsync();
        await _history.DisposeAsync();
        _files.Dispose();
    }

    [Fact]
    public async Task A_search_is_kept_changed_passed_on_and_forgotten()
    {
        var made = await Json(HttpMethod.Post, "/api/v1/saved-queries", """{"name": "Failed", "q": "state:FAILURE first_seen:-1d", "columns": ["id", "name"], "by": "ann"}""", HttpStatusCode.Created);
        var path = $"/api/v1/saved-queries/{made["id"]}";
        Assert.Equal("""{"id":"?","name":"Failed","q":"state:FAILURE first_seen:-1d","columns":["id","name"],"sort":"first_seen","order":"desc","changed_at":"2026-11-21T12:00:00.000000Z","changed_by":"ann"}"""
            .Replace("?", (string)made["id"]!, StringComparison.Ordinal), (await Json(HttpMethod.Get, path)).ToJsonString());

        await Refused(HttpMethod.Post, "/api/v1/saved-queries", """{"name": "Failed", "by": "bob"}""", HttpStatusCode.Conflict, "There is another saved query with the name \"Failed\"");
        var changed = await Json(HttpMethod.Put, path, """{"name": "Slow", "sort": "runtime", "by": "bob"}""");
        Assert.Equal(("Slow", "", "runtime", "bob"), ((string?)changed["name"], (string?)changed["q"], (string?)changed["sort"], (string?)changed["changed_by"]));
        Assert.Equal("Slow", (string?)(await Json(HttpMethod.Get, "/api/v1/saved-queries"))["saved_queries"]!.AsArray().Single()!["name"]);

        await Json(HttpMethod.Post, "/api/v1/reports", $$"""{"name": "r", "kind": "tasks", "saved_query": "{{made["id"]}}", "by": "ann"}""", HttpStatusCode.Created);
        await Refused(HttpMethod.Delete, path, null, HttpStatusCode.Conflict, "A report is of the saved query \"Slow\"");
        var report = (string)(await Json(HttpMethod.Get, "/api/v1/reports"))["reports"]![0]!["id"]!;
        Assert.Equal(HttpStatusCode.NoContent, (await Send(HttpMethod.Delete, $"/api/v1/reports/{report}", null)).StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, (await Send(HttpMethod.Delete, path, null)).StatusCode);
        await Refused(HttpMethod.Get, path, null, HttpStatusCode.NotFound, "There is no saved query");
    }

    [Fact]
    public async Task A_report_says_when_it_is_due_next_by_the_clock_of_its_zone()
    {
        var made = await Json(HttpMethod.Post, "/api/v1/reports", """{"name": "n", "kind": "coverage", "cron": "30 7 * * 1-5", "time_zone": "America/New_York", "by": "ann"}""", HttpStatusCode.Created);
        Assert.Equal(["2026-11-23T12:30:00.000000Z", "2026-11-24T12:30:00.000000Z", "2026-11-25T12:30:00.000000Z"], made["next_runs"]!.AsArray().Select(n => (string?)n)); // it is Saturday
        var path = $"/api/v1/reports/{made["id"]}";
        Assert.Empty((await Json(HttpMethod.Put, path, """{"name": "n", "kind": "coverage", "by": "ann"}"""))["next_runs"]!.AsArray());
    }

    [Fact]
    public async Task Secrets_are_shown_once_and_kept_for_the_same_address()
    {
        const string To = """{"name": "n", "kind": "coverage", "by": "ann", "to": [{"kind": "webhook", "url": "https://1.1.1.1/hook"}]}""";
        var made = await Json(HttpMethod.Post, "/api/v1/reports", To, HttpStatusCode.Created);
        var (path, secret) = ($"/api/v1/reports/{made["id"]}", (string)made["to"]![0]!["secret"]!);
        Assert.Matches("^whsec_[A-Za-z0-9+/]{43}=$", secret);
        Assert.Equal("***", (string?)(await Json(HttpMethod.Get, path))["to"]![0]!["secret"]);
        Assert.Equal("***", (string?)(await Json(HttpMethod.Put, path, To))["to"]![0]!["secret"]);
        Assert.Equal(secret, (await Stored())[0]);

        var moved = await Json(HttpMethod.Put, path, To.Replace("/hook", "/other", StringComparison.Ordinal));
        Assert.NotEqual(secret, (string?)moved["to"]![0]!["secret"]);
        Assert.Equal((string?)moved["to"]![0]!["secret"], (await Stored())[0]);

        Task<List<string>> Stored() => _history.Data.All("select targets -> 0 ->> 'secret' from eventhistory.report", row => row.GetString(0));
    }

    [Theory]
    [InlineData("failures", "\"<script>alert", "1 task failed, in 1 way; in the time before, as long, 0 tasks.")]
    [InlineData("slowest", "shop.mail", "The 20 tasks that ran longest.")]
    [InlineData("runtimes", "shop.mail", "Slower than the week before: shop.mail (p95 1.0")]
    [InlineData("throughput", "at,finished,succeeded", "21 tasks finished: 20 succeeded, 1 failed (4.76 %)")]
    [InlineData("coverage", "source,kind,from,to", "default: ")]
    public async Task A_preview_shows_what_it_would_be_in_every_form(string kind, string value, string summary)
    {
        var body = $$"""{"name": "Of <b>{{kind}}</b>", "kind": "{{kind}}", "by": "ann"}""";
        var csv = await Text("csv");
        Assert.Contains("from 2026-11-20T12:00:00Z to 2026-11-21T12:00:00Z", csv.Split("\r\n")[0], StringComparison.Ordinal);
        Assert.Matches("(?m)^# (All|Only) [0-9]+ rows", csv.Split("\r\n")[^2]);
        Assert.Contains(value.TrimStart('"'), csv, StringComparison.Ordinal);
        var lines = (await Text("ndjson")).TrimEnd().Split('\n').Select(l => JsonNode.Parse(l)!).ToList();
        Assert.NotNull(lines[0]["coverage"]);
        Assert.Equal(lines.Count - 2, (int)lines[^1]["end"]!["rows"]!);
        var html = await Text("html");
        Assert.Contains(summary, html, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<b>", html, StringComparison.Ordinal);
        Assert.Empty(await _history.Data.All("select 1 from eventhistory.report", row => row.GetInt32(0)));

        async Task<string> Text(string format)
        {
            using var answer = await Send(HttpMethod.Post, $"/api/v1/reports/preview?format={format}", body);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.Contains("sandbox", answer.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
            return await answer.Content.ReadAsStringAsync(Ct);
        }
    }

    [Fact]
    public async Task A_report_of_a_saved_query_has_its_tasks_in_its_order_and_says_how_many_more_there_are()
    {
        var query = await Json(HttpMethod.Post, "/api/v1/saved-queries", """{"name": "Mails", "q": "name:shop.mail first_seen:-1d", "columns": ["id", "runtime"], "order": "asc", "by": "ann"}""", HttpStatusCode.Created);
        var report = await Json(HttpMethod.Post, "/api/v1/reports",
            $$"""{"name": "Mails", "kind": "tasks", "saved_query": "{{query["id"]}}", "rows": 3, "formats": ["csv"], "to": [{"kind": "folder", "folder": "x"}], "by": "ann"}""", HttpStatusCode.Created);

        var run = await Json(HttpMethod.Post, $"/api/v1/reports/{report["id"]}/run", "{}");

        Assert.Equal(("made", 3, "csv", "folder x", "waiting"), ((string?)run["outcome"], (int)run["rows"]!, (string?)run["files"]!.AsArray().Single()!["format"],
            (string?)run["deliveries"]![0]!["target"], (string?)run["deliveries"]![0]!["state"]));
        var path = $"/api/v1/reports/{report["id"]}/runs";
        Assert.Equal(run.ToJsonString(), (await Json(HttpMethod.Get, path))["runs"]!.AsArray().Single()!.ToJsonString());
        using var file = await _web.Get($"{path}/{run["id"]}/files/csv");
        var lines = (await file.Content.ReadAsStringAsync(Ct)).Split("\r\n");
        Assert.Equal(["id,runtime", $"{Say.Id(1)},2", $"{Say.Id(2)},2", $"{Say.Id(3)},2", "# Only 3 rows. There are 20", ""], lines[1..]);
        Assert.Equal($"inline; filename=\"mails-20261121T120000Z-{run["id"]}.csv\"", file.Content.Headers.ContentDisposition!.ToString());
        await Refused(HttpMethod.Get, $"{path}/{run["id"]}/files/html", null, HttpStatusCode.NotFound, "There is no html of run");
    }

    [Theory]
    [InlineData("\"cron\": \"61 7 * * *\"", "cron \"61 7 * * *\" is no cron expression")]
    [InlineData("\"cron\": \"0 0 30 2 *\"", "never comes")]
    [InlineData("\"cron\": \"whenever\"", "cron \"whenever\" is no cron expression: write five fields")]
    [InlineData("\"cron\": \"0 7 * * *\", \"time_zone\": \"Mars/Base\"", "time_zone \"Mars/Base\" is not a time zone")]
    [InlineData("\"to\": [{\"kind\": \"webhook\", \"url\": \"http://169.254.169.254/latest\"}]", "leads to this machine or a private network")]
    [InlineData("\"to\": [{\"kind\": \"webhook\", \"url\": \"http://localhost./\"}]", "leads to this machine or a private network")]
    [InlineData("\"to\": [{\"kind\": \"mail\", \"addresses\": [\"a@b.c\"]}]", "Smtp:Host")]
    [InlineData("\"to\": [{\"kind\": \"folder\", \"folder\": \"a/../../b\"}]", "is not one below the folder for reports")]
    [InlineData("\"kind\": \"tasks\", \"saved_query\": \"d93e7b96-3b5e-4d57-9a3c-000000000001\"", "There is no saved query")]
    public async Task What_makes_no_sense_is_refused_with_a_sentence_and_changes_nothing(string members, string sentence)
    {
        var body = $$"""{"name": "n", {{(members.Contains("kind\": \"tasks", StringComparison.Ordinal) ? "" : "\"kind\": \"failures\", ")}}"by": "ann", {{members}}}""";
        await Refused(HttpMethod.Post, "/api/v1/reports", body, HttpStatusCode.BadRequest, sentence);
        await Refused(HttpMethod.Post, "/api/v1/reports/preview", body, HttpStatusCode.BadRequest, sentence);
        Assert.Empty((await Json(HttpMethod.Get, "/api/v1/reports"))["reports"]!.AsArray());

        var made = await Json(HttpMethod.Post, "/api/v1/reports", """{"name": "good", "kind": "failures", "cron": "0 7 * * *", "by": "ann"}""", HttpStatusCode.Created);
        await Refused(HttpMethod.Put, $"/api/v1/reports/{made["id"]}", body, HttpStatusCode.BadRequest, sentence);
        Assert.Equal(made.ToJsonString(), (await Json(HttpMethod.Get, $"/api/v1/reports/{made["id"]}")).ToJsonString());
    }

    [Theory]
    [InlineData("POST", "/api/v1/reports")]
    [InlineData("PUT", "/api/v1/reports/d93e7b96-3b5e-4d57-9a3c-000000000001")]
    [InlineData("POST", "/api/v1/reports/d93e7b96-3b5e-4d57-9a3c-000000000001/run")]
    [InlineData("POST", "/api/v1/reports/preview")]
    [InlineData("POST", "/api/v1/saved-queries")]
    public async Task What_a_form_of_another_site_can_send_is_refused(string method, string path)
    {
        foreach (var type in new[] { "text/plain", "application/x-www-form-urlencoded" })
        {
            using var answer = await _web.Send(new HttpMethod(method), path, new StringContent("""{"name": "n", "kind": "failures", "by": "ann"}""", Encoding.UTF8, type));
            Assert.Equal(HttpStatusCode.UnsupportedMediaType, answer.StatusCode);
        }
    }

    private Task Run(int number, string name, DateTime at, double runtime) => _history.Record(
        Say.Received(Say.Id(number), name, at), Say.Event("task-started", at, ("uuid", Say.Id(number))),
        Say.Event("task-succeeded", at.AddSeconds(runtime), ("uuid", Say.Id(number)), ("runtime", runtime), ("result", "1")));

    private Task<HttpResponseMessage> Send(HttpMethod method, string path, string? body) =>
        _web.Send(method, path, body is null ? null : new StringContent(body, Encoding.UTF8, "application/json"));

    private async Task<JsonNode> Json(HttpMethod method, string path, string? body = null, HttpStatusCode status = HttpStatusCode.OK)
    {
        using var answer = await Send(method, path, body);
        var text = await answer.Content.ReadAsStringAsync(Ct);
        Assert.True(status == answer.StatusCode, $"{(int)answer.StatusCode} {text}");
        return JsonNode.Parse(text)!;
    }

    private async Task Refused(HttpMethod method, string path, string? body, HttpStatusCode status, string sentence)
    {
        var problem = await Json(method, path, body, status);
        Assert.Contains(sentence, (string?)problem["detail"], StringComparison.Ordinal);
    }
}
