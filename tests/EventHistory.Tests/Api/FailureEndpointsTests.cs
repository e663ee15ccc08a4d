using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using EventHistory.Tests.Fixtures;
using EventHistory.Tests.Ingest;
using EventHistory.Tests.Queries;

namespace EventHistory.Tests.Api;

public sealed class FailureEndpointsTests(Postgres postgres) : IAsyncLifetime
{
    private const string All = "/api/v1/failures?from=2026-11-21T00:00:00Z&to=2026-11-22T00:00:00Z";

    private static readonly DateTime _ten = Say.At("10:00:00");

    private readonly SetClock _clock = new(_ten);
    private History _history = null!;
    private TestWeb _web = null!;
    private int _tasks;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _history = await History.Create(postgres);
        _web = await TestWeb.Start(_history.Data, _clock);
    }

    public async ValueTask DisposeAsync()
    {
        await _web.DisposeAsync();
        await _history.DisposeAsync();
    }

    [Fact]
    public async Task Failures_of_the_same_place_are_one_group_with_its_counts_names_and_sample()
    {
        await Fail(_ten, "shop.pay", "KeyError", "pay", "first");
        await Fail(_ten.AddHours(2), "shop.pay", "KeyError", "pay", "second");
        await Fail(_ten.AddHours(2).AddMinutes(1), "shop.refund", "KeyError", "pay", "third");
        await Fail(_ten, "shop.mail", "OSError", "mail", "elsewhere");

        var answer = await Json(All + "&bucket=1h");

        Assert.Equal((2, 4), ((int)answer["total"]!, (int)answer["failed"]!));
        var group = answer["failures"]![0]!;
        Assert.Equal(("KeyError in pay", "KeyError", "shop/tasks.py in pay", "open"),
            ((string?)group["title"], (string?)group["exception_type"], (string?)group["culprit"], (string?)group["state"]));
        Assert.Equal(("2026-11-21T10:00:00.000000Z", "2026-11-21T12:01:00.000000Z"), ((string?)group["first_seen"], (string?)group["last_seen"]));
        Assert.Equal([1, 0, 2], group["sparkline"]!.AsArray().Skip(10).Take(3).Select(n => (int)n!));
        Assert.Equal(["shop.pay 2", "shop.refund 1"], group["names"]!.AsArray().Select(n => $"{n!["name"]} {n["failed"]}"));
        Assert.Equal((Say.Id(3), "KeyError('third')"), ((string?)group["sample"]!["task_id"], (string?)group["sample"]!["exception"]));
    }

    [Fact]
    public async Task Conditions_and_order_narrow_the_list()
    {
        await Fail(_ten, "shop.pay", "KeyError", "pay");
        await Fail(_ten.AddMinutes(1), "shop.pay", "KeyError", "pay");
        await Fail(_ten.AddMinutes(90), "shop.mail", "OSError", "mail");

        Assert.Equal(["KeyError in pay", "OSError in mail"], await Titles(All));
        Assert.Equal(["OSError in mail", "KeyError in pay"], await Titles(All + "&sort=last_seen"));
        Assert.Equal(["OSError in mail"], await Titles(All + "&name=shop.mail"));
        Assert.Equal([], await Titles(All + "&name=never.seen"));
        Assert.Equal(["OSError in mail"], await Titles("/api/v1/failures?from=2026-11-21T11:00:00Z&to=2026-11-21T12:00:00Z"));
        Assert.Equal(["KeyError in pay"], await Titles(All + "&limit=1"));
        Assert.Equal([], await Titles(All + "&state=resolved,ignored"));
    }

    [Fact]
    public async Task What_was_decided_holds_until_it_fails_again()
    {
        await Fail(_ten, "shop.pay", "KeyError", "pay");
        var id = (string)(await Json(All))["failures"]![0]!["id"]!;
        _clock.Now = _ten.AddMinutes(10);

        Assert.Equal("resolved", await Decide(id, """{"state": "resolved", "by": "ann", "reason": "deployed"}"""));
        await Fail(_ten.AddMinutes(5), "shop.pay", "KeyError", "pay"); // came in late, but failed before
        Assert.Equal("resolved", await State(id));
        await Fail(_ten.AddMinutes(15), "shop.pay", "KeyError", "pay");
        Assert.Equal("regressed", await State(id));
        Assert.Equal(["KeyError in pay"], await Titles(All + "&state=regressed"));

        _clock.Now = _ten.AddMinutes(20);
        Assert.Equal("ignored", await Decide(id, """{"state": "ignored", "by": "bob", "until": "2026-11-21T11:00:00Z"}"""));
        await Fail(_ten.AddMinutes(30), "shop.pay", "KeyError", "pay");
        Assert.Equal("ignored", await State(id));
        _clock.Now = _ten.AddHours(1);
        Assert.Equal("open", await State(id));

        Assert.Equal("ignored", await Decide(id, """{"state": "ignored", "by": "bob", "until_count": 2}"""));
        _clock.Now = _ten.AddHours(4);
        await Fail(_ten.AddHours(1).AddMinutes(1), "shop.pay", "KeyError", "pay");
        Assert.Equal("ignored", await State(id));
        await Fail(_ten.AddHours(3), "shop.pay", "KeyError", "pay");
        Assert.Equal("open", await State(id));

        var decisions = (await Json($"/api/v1/failures/{id}"))["decisions"]!.AsArray();
        Assert.Equal(["bob ignored ", "bob ignored ", "ann resolved deployed"], decisions.Select(d => $"{d!["by"]} {d["state"]} {d["reason"]}"));
    }

    [Fact]
    public async Task A_group_tells_what_makes_it_one()
    {
        await Fail(_ten, "shop.pay", "KeyError", "pay");
        var id = (string)(await Json(All))["failures"]![0]!["id"]!;

        Assert.Equal("failure 1\nKeyError\nshop/tasks.py in pay", (string?)(await Json($"/api/v1/failures/{id}"))["fingerprint"]);
    }

    [Theory]
    [InlineData("/api/v1/failures?from=yesterday", "from \"yesterday\" is not a time")]
    [InlineData("/api/v1/failures?from=-1h&to=-2h", "is not before to")]
    [InlineData("/api/v1/failures?bucket=2h", "bucket \"2h\" is not a bucket: there are 1m, 5m,")]
    [InlineData("/api/v1/failures?from=-365d&bucket=1m", "bucket 1m gives more than 1000 buckets")]
    [InlineData("/api/v1/failures?state=broken", "state \"broken\" is not understood: there are regressed, open, ignored, resolved.")]
    [InlineData("/api/v1/failures?sort=name", "sort \"name\" is not understood")]
    [InlineData("/api/v1/failures?limit=501", "limit \"501\" is not a number from 1 to 500.")]
    [InlineData("/api/v1/failures?stat=open", "did you mean state?")]
    public async Task What_is_not_understood_is_refused_with_what_would_be_right(string path, string sentence)
    {
        using var answer = await _web.Get(path);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains(sentence, (string?)JsonNode.Parse(await answer.Content.ReadAsStringAsync(Ct))!["detail"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("application/json", """{"state": "closed", "by": "ann"}""", HttpStatusCode.BadRequest)]
    [InlineData("application/json", "", HttpStatusCode.BadRequest)]
    [InlineData("application/json", """{"state": "resolved", "by": "ann"}""", HttpStatusCode.NotFound)]
    [InlineData("text/plain", """{"state": "resolved", "by": "ann"}""", HttpStatusCode.UnsupportedMediaType)] // what a form of another site can send
    [InlineData("application/x-www-form-urlencoded", "state=resolved&by=ann", HttpStatusCode.UnsupportedMediaType)]
    [InlineData(null, """{"state": "resolved", "by": "ann"}""", HttpStatusCode.UnsupportedMediaType)]
    public async Task A_decision_that_cannot_be_taken_changes_nothing(string? type, string body, HttpStatusCode status)
    {
        using var answer = await Post(new string('0', 32), body, type);
        Assert.Equal(status, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        Assert.Equal([0L], await _history.Data.All("select count(*) from eventhistory.failure_state_change", row => row.GetInt64(0)));
    }

    [Fact]
    public async Task A_body_that_is_too_long_is_refused()
    {
        using var answer = await Post(new string('0', 32), new string(' ', 10_001), "application/json");
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }

    [Theory]
    [InlineData("/api/v1/failures/00000000000000000000000000000000")]
    [InlineData("/api/v1/failures/x")]
    public async Task An_unknown_group_is_not_found(string path)
    {
        using var answer = await _web.Get(path);
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    private Task Fail(DateTime at, string name, string type, string function, string message = "x")
    {
        var id = Say.Id(++_tasks);
        return _history.Record(
            Say.Received(id, name, at.AddSeconds(-1)),
            Say.Event("task-failed", at, ("uuid", id), ("exception", $"{type}('{message}')"), ("traceback",
                $"Traceback (most recent call last):\n  File \"/srv/shop/tasks.py\", line {_tasks}, in {function}\n    {function}()\n{type}: {message}\n")));
    }

    private async Task<JsonNode> Json(string path) => JsonNode.Parse(await _web.Text(path))!;

    private async Task<IEnumerable<string?>> Titles(string path) => (await Json(path))["failures"]!.AsArray().Select(f => (string?)f!["title"]);

    private async Task<string?> State(string id) => (string?)(await Json($"/api/v1/failures/{id}"))["failure"]!["state"];

    private async Task<string?> Decide(string id, string body)
    {
        using var answer = await Post(id, body, "application/json");
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return (string?)JsonNode.Parse(await answer.Content.ReadAsStringAsync(Ct))!["failure"]!["state"];
    }

    private async Task<HttpResponseMessage> Post(string id, string body, string? type)
    {
        using var content = new StringContent(body, Encoding.UTF8);
        content.Headers.ContentType = type is null ? null : new(type);
        return await _web.Http.PostAsync(new Uri($"/api/v1/failures/{id}/state", UriKind.Relative), content, Ct);
    }
}
