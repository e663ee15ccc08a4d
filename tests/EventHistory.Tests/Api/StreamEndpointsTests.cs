using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using EventHistory.Tests.Fixtures;
using EventHistory.Tests.Queries;

namespace EventHistory.Tests.Api;

public sealed class StreamEndpointsTests(Postgres postgres) : IAsyncLifetime
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
    public async Task Events_come_as_they_are_recorded()
    {
        await _history.Record(Beat(1));
        await using var listener = await Listener.Open(_web);
        Assert.Equal("text/event-stream", listener.Answer.Content.Headers.ContentType!.MediaType);

        await _history.Record("{\"type\":\"task-received\",\"uuid\":\"x\",\r\n \"name\":\"pretty\",\"timestamp\":1795253400}");
        var message = (await listener.Next())!.Value;

        Assert.Equal(("message", 2L, "x"), (message.Event, (long)message.Data["position"]!, (string?)message.Data["task_id"]));
        Assert.Equal("pretty", (string?)message.Data["body"]!["name"]);
        Assert.Equal("2", listener.LastEventId);
    }

    [Fact]
    public async Task Who_comes_back_misses_nothing()
    {
        await _history.Record(Enumerable.Range(1, 2500).Select(Beat));
        await using (var first = await Listener.Open(_web, "?after=0"))
            Assert.Equal([1, 2, 3], await first.Positions(3));

        await using var second = await Listener.Open(_web, "?after=0", lastEventId: "2490");
        Assert.Equal(Range(2491, 10), await second.Positions(10));
        await _history.Record(Enumerable.Range(1, 5).Select(Beat));
        Assert.Equal(Range(2501, 5), await second.Positions(5));
    }

    [Fact]
    public async Task Clients_that_come_while_much_is_recorded_see_every_event_once()
    {
        const int Events = 3000;
        await _history.Record(Beat(0));
        var begun = Enumerable.Range(0, 8).Select(_ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).ToList();
        var recording = Task.Run(async () =>
        {
            for (var n = 1; n < Events; n += 50)
            {
                begun[Math.Min(n / 250, begun.Count - 1)].TrySetResult();
                await _history.Record(Enumerable.Range(n, 50).Select(Beat));
            }
        }, Ct);
        var clients = begun.Select(async (turn, n) =>
        {
            await turn.Task;
            await using var listener = await Listener.Open(_web, n % 2 == 0 ? "?after=0" : "?type=worker-heartbeat&after=0");
            return await listener.Positions(Events);
        }).ToList();

        await recording;
        var seen = await Task.WhenAll(clients);

        Assert.All(seen, positions => Assert.Equal(Range(1, Events), positions));
    }

    [Theory]
    [InlineData("?type=task-failed", "3,5")]
    [InlineData("?worker=celery@w2", "4,5")]
    [InlineData("?task=one", "1,3")]
    [InlineData("?name=pay", "1,3")]
    [InlineData("?name=ship,other&type=task-failed", "5")]
    [InlineData("?q=name:pay%20state:FAILURE", "3")]
    [InlineData("?q=exception:valueerror%20-worker:celery@w2", "3")]
    public async Task A_filter_is_kept_to_while_catching_up_and_live(string query, string expected)
    {
        var positions = expected.Split(',').Select(p => long.Parse(p, CultureInfo.InvariantCulture)).ToList();
        await _history.Record(Say.Received("one", "pay", Say.At("10:00:00")), Beat(1), Say.Failed("one", Say.At("10:00:02")));
        await _history.Record(Say.Received("two", "ship", Say.At("10:00:03"), worker: "celery@w2"), Say.Failed("two", Say.At("10:00:04"), worker: "celery@w2"));
        await using (var late = await Listener.Open(_web, $"{query}&after=0"))
            Assert.Equal(positions, await late.Positions(positions.Count));

        await using var early = await Listener.Open(_web, query);
        await _history.Record(Say.Received("one", "pay", Say.At("10:00:00")), Beat(1), Say.Failed("one", Say.At("10:00:02")));
        await _history.Record(Say.Received("two", "ship", Say.At("10:00:03"), worker: "celery@w2"), Say.Failed("two", Say.At("10:00:04"), worker: "celery@w2"));
        Assert.Equal(positions.Select(p => p + 5), await early.Positions(positions.Count));
    }

    [Fact]
    public async Task A_client_that_does_not_keep_up_is_told_so_and_disturbs_nobody()
    {
        await _history.Record(Beat(0));
        await using var slow = await Listener.Open(_web);
        await using var quick = await Listener.Open(_web, "?type=worker-heartbeat");
        var large = new string('x', 40_000);

        var read = Task.Run(() => quick.Positions(12 * 100), Ct);
        for (var n = 0; n < 12; n++)
            await _history.Record(Enumerable.Range(0, 100).SelectMany(m => new[] { Say.Received($"{n}/{m}", large, Say.At("10:00:00")), Beat(m) }));
        Assert.Equal(1200, (await read).Count);

        var last = default(JsonNode);
        var count = 0;
        while (await slow.Next() is { } message)
        {
            if (message.Event == "end")
                last = message.Data;
            else
                Assert.Equal(++count + 1, (long)message.Data["position"]!); // none left out before the end
        }
        Assert.Equal("slow", (string?)last!["reason"]);
        Assert.InRange(count, 1, 2399);
    }

    [Fact]
    public async Task When_the_program_is_stopped_the_last_message_says_so()
    {
        await _history.Record(Beat(0));
        await using var listener = await Listener.Open(_web);

        var stopped = _web.Stop();
        var message = await listener.Next();

        Assert.Equal(("end", "stopping"), (message!.Value.Event, (string?)message.Value.Data["reason"]));
        await stopped.WaitAsync(TimeSpan.FromSeconds(10), Ct);
    }

    [Theory]
    [InlineData("?after=x", null, "after \"x\" is not a position: write a whole number from 0.")]
    [InlineData("?after=7", "-1", "Last-Event-ID \"-1\" is not a position: write a whole number from 0.")]
    [InlineData("?source=nowhere", null, "There is no source \"nowhere\": write source=default.")]
    [InlineData("?q=wait:>1s", null, "wait:>1s cannot be answered by a single event: an event knows id, name, state,")]
    [InlineData("?q=nam:x", null, "Unknown qualifier \"nam\" at position 0: did you mean name:?")]
    [InlineData("?state=FAILURE", null, "There is no parameter \"state\": there are q, type,")]
    public async Task What_makes_no_sense_is_refused(string query, string? lastEventId, string sentence)
    {
        await using var listener = await Listener.Open(_web, query, lastEventId);

        Assert.Equal(HttpStatusCode.BadRequest, listener.Answer.StatusCode);
        Assert.StartsWith(sentence, (string?)JsonNode.Parse(await listener.Rest())!["detail"], StringComparison.Ordinal);
    }

    private static string Beat(int second) => Say.Event("worker-heartbeat", Say.At("09:00:00").AddSeconds(second), ("hostname", "celery@beat"));

    private static IEnumerable<long> Range(long first, int count) => Enumerable.Range(0, count).Select(n => first + n);
}
