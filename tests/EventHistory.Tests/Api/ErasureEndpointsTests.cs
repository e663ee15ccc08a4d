using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using EventHistory.Erasing;
using EventHistory.Tests.Fixtures;
using EventHistory.Tests.Ingest;
using EventHistory.Tests.Queries;

namespace EventHistory.Tests.Api;

public sealed class ErasureEndpointsTests(Postgres postgres, RabbitMq rabbit) : IAsyncLifetime
{
    private History _history = null!;
    private TestWeb _web = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _history = await History.Create(postgres);
        _web = await TestWeb.Start(_history.Data);
        await _history.Record(Say.Received(Say.Id(1), "shop.pay", Say.At("10:00:00")), Say.Failed(Say.Id(1), Say.At("10:00:01")), Say.Received(Say.Id(2), "shop.pay", Say.At("10:00:02")));
    }

    public async ValueTask DisposeAsync()
    {
        await _web.DisposeAsync();
        await _history.DisposeAsync();
    }

    [Fact]
    public async Task A_request_is_taken_and_can_be_followed_to_its_end()
    {
        using var answer = await Post(_web.Http, $$"""{"ids": ["{{Say.Id(1)}}"], "by": "ann", "why": "ticket 17"}""");
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        Assert.Equal("/api/v1/erasures/1", answer.Headers.Location?.ToString());
        var asked = JsonNode.Parse(await answer.Content.ReadAsStringAsync(Ct))!;
        Assert.Equal(("ann", "ticket 17", 1, 0), ((string?)asked["requested_by"], (string?)asked["why"], (int)asked["tasks"]!, (int)asked["erased_tasks"]!));
        Assert.Null(asked["finished_at"]);

        Assert.True(await new Eraser(_history.Data, TimeProvider.System).Run(_ => { }, Ct));

        var done = JsonNode.Parse(await _web.Text("/api/v1/erasures/1"))!;
        Assert.Equal((1, 2), ((int)done["erased_tasks"]!, (int)done["erased_events"]!));
        Assert.NotNull(done["finished_at"]);
        Assert.Equal([1], JsonNode.Parse(await _web.Text("/api/v1/erasures"))!["erasures"]!.AsArray().Select(e => (int)e!["id"]!));
        using var gone = await _web.Get($"/api/v1/tasks/{Say.Id(1)}");
        Assert.Equal(HttpStatusCode.NotFound, gone.StatusCode);
        using var unknown = await _web.Get("/api/v1/erasures/2");
        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
    }

    [Theory]
    [InlineData("application/json", """{"ids": ["never-seen"], "by": "ann", "why": "x"}""", HttpStatusCode.BadRequest)]
    [InlineData("application/json", """{"q": "name:shop.pay", "limit": 1, "by": "ann", "why": "x"}""", HttpStatusCode.BadRequest)]
    [InlineData("application/json", """{"q": "name:shop.pay", "by": "ann", "why": "x"}""", HttpStatusCode.BadRequest)] // one of them is not finished
    [InlineData("application/json", """{"q": "name:shop.pay"}""", HttpStatusCode.BadRequest)]
    [InlineData("application/json", "", HttpStatusCode.BadRequest)]
    [InlineData("text/plain", """{"q": "state:FAILURE", "by": "ann", "why": "x"}""", HttpStatusCode.UnsupportedMediaType)] // what a form of another site can send
    [InlineData("application/x-www-form-urlencoded", "q=state:FAILURE&by=ann&why=x", HttpStatusCode.UnsupportedMediaType)]
    public async Task A_request_that_is_refused_erases_nothing(string type, string body, HttpStatusCode status)
    {
        using var answer = await Post(_web.Http, body, type);
        Assert.Equal(status, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        Assert.Equal([0L], await _history.Data.All("select count(*) from eventhistory.erasure", row => row.GetInt64(0)));
    }

    [Fact]
    public async Task A_recorder_at_work_erases_what_it_is_asked_to_and_goes_on()
    {
        await using var feed = await rabbit.CreateFeed();
        await using var database = await postgres.CreateDatabase();
        await using var service = await Recorder.Start(feed, database.ConnectionString).Ready();
        await using var sender = await Sender.Connect(feed);
        await sender.Send(Say.Received(Say.Id(1), "shop.pay", Say.At("10:00:00")));
        await sender.Send(Say.Failed(Say.Id(1), Say.At("10:00:01")));
        await database.WaitForPosition(2);
        await Until.True(async () => (await database.Data.All("select count(*) from eventhistory.task where settled < 'infinity'", row => row.GetInt64(0)))[0] == 1, "its row");

        using var answer = await Post(service.Http, $$"""{"ids": ["{{Say.Id(1)}}"], "by": "ann", "why": "ticket 17"}""");
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        await Until.True(async () => (await ErasureRows.List(database.Data, 1, 1, Ct)).Exists(e => e.FinishedAt is not null), "the end of the erasure");
        await sender.SendNumbered(1, 50);
        await database.WaitForPosition(52);

        Assert.Equal(50, (await database.Numbers()).Count);
        Assert.Equal([0L], await database.Data.All($"select count(*) from eventhistory.event where task_id = '{Say.Id(1)}'", row => row.GetInt64(0)));
        Assert.Equal(0, await service.Terminate());
        Assert.Contains("Erased 1 tasks, as was asked for", service.Output, StringComparison.Ordinal);
    }

    private static async Task<HttpResponseMessage> Post(HttpClient http, string body, string type = "application/json")
    {
        using var content = new StringContent(body, Encoding.UTF8);
        content.Headers.ContentType = new(type);
        return await http.PostAsync(new Uri("/api/v1/erasures", UriKind.Relative), content, Ct);
    }
}
