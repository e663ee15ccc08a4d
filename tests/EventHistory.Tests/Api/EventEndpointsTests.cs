using System.Text.Json.Nodes;
using EventHistory.Tests.Fixtures;
using EventHistory.Tests.Queries;

namespace EventHistory.Tests.Api;

public sealed class EventEndpointsTests(Postgres postgres) : IAsyncLifetime
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

    [Fact]
    public async Task An_event_comes_back_exactly_as_it_was_sent()
    {
        const string Odd = """{"type":"task-received","uuid":"x","name":"n\u0000 \ud800 <\/a>","timestamp":1795253400.1234567890123456789,  "big":123456789012345678901234567890}""";
        await _history.Record(Odd);

        foreach (var path in new[] { "/api/v1/events", "/api/v1/events?task=x" })
        {
            var text = await _web.Text(path);
            Assert.Contains($"\"body\":{Odd}}}", text, StringComparison.Ordinal);
            Assert.Equal(("default", "x", 1L, false), Read(JsonNode.Parse(text)!));
        }

        static (string?, string?, long?, bool?) Read(JsonNode answer) =>
            ((string?)answer["source"], (string?)answer["events"]![0]!["task_id"], (long?)answer["events"]![0]!["position"], (bool?)answer["more"]);
    }

    [Fact]
    public async Task A_workflow_is_told_as_a_tree()
    {
        await _history.Record(
            Say.Event("task-sent", "10:00:00", ("uuid", "a/b"), ("name", "flow"), ("root_id", "a/b"), ("parent_id", null)),
            Say.Event("task-sent", "10:00:01", ("uuid", "c"), ("name", "step"), ("root_id", "a/b"), ("parent_id", "a/b")));

        var answer = JsonNode.Parse(await _web.Text("/api/v1/workflows/a%2Fb"))!;

        Assert.Equal(("a/b", "waiting", 2), ((string?)answer["root"], (string?)answer["state"], (int?)answer["task_count"]));
        Assert.Equal([0, 1], answer["tasks"]!.AsArray().Select(t => (int?)t!["depth"]));
    }
}
