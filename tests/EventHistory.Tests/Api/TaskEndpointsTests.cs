using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using EventHistory.Core.Search;
using EventHistory.Tests.Fixtures;
using EventHistory.Tests.Queries;

namespace EventHistory.Tests.Api;

public sealed class TaskEndpointsTests(Postgres postgres) : IAsyncLifetime
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private History _history = null!;
    private TestWeb _web = null!;

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
    public async Task A_list_is_paged_by_its_cursor()
    {
        await _history.Record(Enumerable.Range(1, 3).Select(n => Say.Received(Say.Id(n), "task", Say.At("10:00:00").AddSeconds(n))));

        var first = await Json("/api/v1/tasks?limit=2&state=received");
        var second = await Json($"/api/v1/tasks?limit=2&cursor={first["next_cursor"]}");

        Assert.Equal([Say.Id(3), Say.Id(2)], first["tasks"]!.AsArray().Select(t => (string?)t!["id"]));
        Assert.Equal([Say.Id(1)], second["tasks"]!.AsArray().Select(t => (string?)t!["id"]));
        Assert.Null(second["next_cursor"]);
        Assert.Null(first["previous_cursor"]);
        Assert.Equal(first["tasks"]!.ToJsonString(), (await Json($"/api/v1/tasks?limit=2&cursor={second["previous_cursor"]}"))["tasks"]!.ToJsonString());
    }

    [Fact]
    public async Task A_list_shows_the_fields_and_the_total_that_were_asked_for()
    {
        await _history.Record(Enumerable.Range(1, 3).Select(n => Say.Received(Say.Id(n), "task", Say.At("10:00:00").AddSeconds(n))));

        var answer = await Json("/api/v1/tasks?q=name:task&limit=1&fields=id,queue_wait&total=true&order=asc");

        Assert.Equal($$"""[{"id":"{{Say.Id(1)}}","queue_wait":null}]""", answer["tasks"]!.ToJsonString());
        Assert.Equal("""{"count":3,"is_exact":true}""", answer["total"]!.ToJsonString());
        Assert.Null((await Json("/api/v1/tasks"))["total"]);
    }

    [Fact]
    public async Task Facets_and_histograms_are_narrowed_like_the_list()
    {
        await _history.Record(Enumerable.Range(1, 3).Select(n => Say.Received(Say.Id(n), $"task.{n}", Say.At("10:00:00").AddSeconds(n))));

        var facets = await Json("/api/v1/tasks/facets?q=name:task&name=task.1,task.2");
        var histogram = await Json("/api/v1/tasks/histogram?from=2026-11-21T10:00:00Z&to=2026-11-21T10:03:00Z&bucket=1m&state=RECEIVED");

        Assert.Equal("""[{"value":"task.1","count":1},{"value":"task.2","count":1}]""", facets["name"]!["values"]!.ToJsonString());
        Assert.Equal("""[{"state":"RECEIVED","counts":[3,0,0]}]""", histogram["series"]!.ToJsonString());
        Assert.Equal("2026-11-21T10:00:00.000000Z", (string?)histogram["from"]);
    }

    [Fact]
    public async Task A_query_of_a_hundred_kilobytes_is_refused_in_a_sentence() =>
        await IsProblem(await _web.Get("/api/v1/tasks?q=" + string.Concat(Enumerable.Repeat("%C3%A4", 50_000))), 400, "Query exceeds 8192 characters.");

    [Fact]
    public async Task Every_qualifier_is_a_parameter_of_every_question_about_tasks()
    {
        var paths = JsonNode.Parse(await _web.Text("/openapi/v1.json"))!["paths"]!;
        foreach (var path in (string[])["/api/v1/tasks", "/api/v1/tasks/facets", "/api/v1/tasks/histogram"])
        {
            var names = paths[path]!["get"]!["parameters"]!.AsArray().Select(parameter => (string)parameter!["name"]!);
            Assert.Equal(FilterParameters.Names.Order(), names.Intersect(FilterParameters.Names).Order());
        }
    }

    [Fact]
    public async Task A_task_is_written_in_snake_case_with_times_in_utc_and_unknowns_as_null()
    {
        await _history.Record(Say.Received(Say.Id(1), "shop.pay", Say.At("10:00:00.000001")));

        var task = (await Json("/api/v1/tasks/" + Say.Id(1)))["task"]!.AsObject();

        Assert.Equal("2026-11-21T10:00:00.000001Z", (string?)task["first_seen"]);
        Assert.Equal("celery@w1", (string?)task["worker"]);
        Assert.Equal(101, (int?)task["worker_pid"]);
        Assert.True(task.ContainsKey("queue_wait"));
        Assert.Null(task["queue_wait"]);
        Assert.Null(task["queue"]);
    }

    [Fact]
    public async Task An_event_comes_back_exactly_as_it_was_sent()
    {
        const string Odd = """{"type":"task-received","uuid":"x","name":"n\u0000 \ud800 <\/a>","timestamp":1795253400.1234567890123456789,  "big":123456789012345678901234567890,"twice":1,"twice":2}""";
        await _history.Record(Odd);

        Assert.Contains($"\"body\":{Odd}}}", await _web.Text("/api/v1/tasks/x"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a/b", "a%2Fb")]
    [InlineData("a/b", "a/b")]
    [InlineData("a%2Fb", "a%252Fb")]
    [InlineData("with blanks", "with%20blanks")]
    [InlineData("a+b?c#d&e=f", "a+b%3Fc%23d%26e%3Df")]
    [InlineData("漢字", "%E6%BC%A2%E5%AD%97")]
    [InlineData("nul\0", "nul%5Cu0000")]
    [InlineData("<script>", "%3Cscript%3E")]
    [InlineData("a//b/../c", "a%2F%2Fb%2F..%2Fc")]
    public async Task An_id_of_any_text_is_found(string id, string path)
    {
        await _history.Record(Say.Received(id, "task", Say.At("10:00:00")));

        var answer = await Json("/api/v1/tasks/" + path);

        Assert.Equal(id.Replace("\0", "\\u0000", StringComparison.Ordinal), (string?)answer["task"]!["id"]);
        Assert.Equal(HttpStatusCode.OK, (await _web.Get("/task/" + path)).StatusCode);
    }

    [Fact]
    public async Task Whatever_workers_have_sent_is_shown_and_found_again()
    {
        var messages = File.ReadLines(Repository.Path("tests", "EventHistory.Core.Tests", "Celery", "Samples", "nasty.jsonl"));
        await _history.Record(messages.Select(m => m.Replace("<150000*L>", new string('L', 150_000), StringComparison.Ordinal)));

        var found = 0;
        for (var path = "/api/v1/tasks?limit=5"; path is not null;)
        {
            var page = await Json(path);
            foreach (var task in page["tasks"]!.AsArray())
            {
                var id = Uri.EscapeDataString((string)task!["id"]!);
                var detail = await Json("/api/v1/tasks/" + id);
                Assert.True((bool)detail["events_complete"]!);
                Assert.Equal((int)detail["task"]!["event_count"]!, detail["events"]!.AsArray().Count);
                Assert.Equal(HttpStatusCode.OK, (await _web.Get("/task/" + id)).StatusCode);
                found++;
            }
            path = page["next_cursor"] is { } next ? $"/api/v1/tasks?limit=5&cursor={next}" : null;
        }
        Assert.InRange(found, 5, 1000);
    }

    [Theory]
    [InlineData("/api/v1/tasks?stat=FAILURE", 400, "There is no parameter \"stat\": did you mean state?")]
    [InlineData("/api/v1/tasks?zebra=name", 400, "There is no parameter \"zebra\": there are q, state, name, worker, queue, id, root")]
    [InlineData("/api/v1/tasks/x?limit=1", 400, "There is no parameter \"limit\": this address takes none.")]
    [InlineData("/api/v1/tasks?from=yesterday", 400, "from \"yesterday\" is not a time: write ISO 8601 with a zone")]
    [InlineData("/api/v1/tasks?q=state:FAILURE+(name:mail", 400, "Missing closing parenthesis at position 14.")]
    [InlineData("/api/v1/tasks?limit=1000", 400, "limit \"1000\" is not a number from 1 to 500.")]
    [InlineData("/api/v1/tasks?cursor=x", 400, "cursor \"x\" is not one that this list gave")]
    [InlineData("/api/v1/tasks?sort=name", 400, "sort \"name\" is not understood: there are first_seen, finished, received, started, runtime, wait.")]
    [InlineData("/api/v1/tasks?q=nam:x", 400, "Unknown qualifier \"nam\" at position 0: did you mean name:?")]
    [InlineData("/api/v1/tasks/facets?started=-1h..-2h", 400, "started: \"-1h..-2h\" ends before it begins: write a day")]
    [InlineData("/api/v1/tasks/histogram?bucket=2m", 400, "bucket \"2m\" is not a bucket: there are 1m, 5m")]
    [InlineData("/api/v1/workers?limit=0", 400, "limit \"0\" is not a number from 1 to 1000.")]
    [InlineData("/api/v1/tasks/nobody", 404, "No event of a task with the id \"nobody\" was recorded.")]
    [InlineData("/api/v1/nothing", 404, "There is nothing at /api/v1/nothing; /openapi/v1.json describes what there is.")]
    [InlineData("/api", 404, "There is nothing at /api;")]
    public async Task A_bad_request_is_told_what_would_be_right(string path, int status, string sentence) =>
        await IsProblem(await _web.Get(path), status, sentence);

    [Fact]
    public async Task Another_method_is_refused_by_name()
    {
        var answer = await _web.Http.PostAsync(new Uri("/api/v1/tasks", UriKind.Relative), new StringContent(""), Ct);

        await IsProblem(answer, 405, "POST is not understood at /api/v1/tasks: use GET.");
    }

    [Theory]
    [InlineData("/api/v1/tasks?name=%00&worker=%00&state=%00")]
    [InlineData("/api/v1/tasks?name=%FF")]
    [InlineData("/api/v1/tasks?name=,")]
    [InlineData("/api/v1/tasks?q=%00%00%00+%27%3B--+name:%25_%5C&args=%27%3B+drop+table+x%3B--&kwargs=a%3D%00&id=%FF&group=x&root=%00")]
    [InlineData("/api/v1/tasks?q=%22(a%2B)%2B%24%22*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b")]
    public async Task Odd_characters_in_a_filter_match_nothing_and_break_nothing(string path) =>
        Assert.Equal(HttpStatusCode.OK, (await _web.Get(path)).StatusCode);

    [Fact]
    public async Task The_contract_is_the_one_on_file()
    {
        var file = Repository.Path("tests", "EventHistory.Tests", "Api", "openapi.json");
        var contract = (await _web.Text("/openapi/v1.json")).ReplaceLineEndings("\n") + "\n";
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1")
            await File.WriteAllTextAsync(file, contract, Ct);

        Assert.Equal(await File.ReadAllTextAsync(file, Ct), contract);
    }

    private async Task<JsonNode> Json(string path) => JsonNode.Parse(await _web.Text(path))!;

    private static async Task IsProblem(HttpResponseMessage answer, int status, string sentence)
    {
        var problem = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Ct)).RootElement;
        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.MediaType);
        Assert.Equal(status, problem.GetProperty("status").GetInt32());
        Assert.StartsWith(sentence, problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }
}
