using System.Net;
using System.Text.Json.Nodes;
using EventHistory.Tests.Fixtures;
using EventHistory.Tests.Queries;

namespace EventHistory.Tests.Api;

public sealed class WorkerEndpointsTests(Postgres postgres) : IAsyncLifetime
{
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

    [Theory]
    [InlineData("celery@w1", "celery@w1")]
    [InlineData("odd / 漢字?", "odd%20%2F%20%E6%BC%A2%E5%AD%97%3F")]
    public async Task One_worker_is_found_by_any_name_with_the_tasks_it_had_last(string name, string path)
    {
        await _history.Record(
            Say.Event("worker-heartbeat", Say.At("10:00:00"), ("hostname", name), ("freq", 2.0), ("active", 0), ("processed", 0)),
            Say.Received(Say.Id(1), "task", Say.At("10:00:01"), worker: name), Say.Received(Say.Id(2), "task", Say.At("10:00:02"), worker: name),
            Say.Received(Say.Id(3), "task", Say.At("10:00:03"), worker: "another"));

        var answer = JsonNode.Parse(await _web.Text("/api/v1/workers/" + path))!;

        Assert.Equal(name, (string?)answer["worker"]!["hostname"]);
        Assert.Equal([Say.Id(2), Say.Id(1)], answer["tasks"]!.AsArray().Select(t => (string?)t!["id"]));
        Assert.Equal("2026-11-21T10:00:00.000000Z", (string?)answer["series"]![0]!["at"]);
    }

    [Fact]
    public async Task A_range_that_ends_before_it_begins_is_refused()
    {
        var answer = await _web.Get("/api/v1/workers/x?from=-1h&to=-2h");

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await _web.Get("/api/v1/workers/x?from=-1h")).StatusCode);
    }
}
