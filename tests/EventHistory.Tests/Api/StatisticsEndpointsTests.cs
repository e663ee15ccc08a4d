using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using EventHistory.Tests.Fixtures;
using EventHistory.Tests.Queries;

namespace EventHistory.Tests.Api;

public sealed class StatisticsEndpointsTests(Postgres postgres) : IAsyncLifetime
{
    private const string Day = "from=2026-11-21T00:00:00Z&to=2026-11-22T00:00:00Z";

    private static readonly string[] _percentiles = ["p50", "p90", "p95", "p99", "p99_9"];
    private static readonly double[] _shares = [0.5, 0.9, 0.95, 0.99, 0.999];

    private readonly List<Finished> _finished = [];
    private readonly SetClock _clock = new(Say.At("12:00:00"));
    private History _history = null!;
    private TestWeb _web = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _history = await History.Create(postgres, _clock);
        _web = await TestWeb.Start(_history.Data, _clock);
        var random = new Random(20261121);
        for (var n = 1; n <= 2000; n++)
        {
            _finished.Add(new Finished(Say.Id(n), random.Next(3) == 0 ? "shop.mail" : "shop.pay", random.Next(4) == 0 ? "celery@w2" : "celery@w1",
                Say.At("08:00:00").AddMilliseconds(random.Next(3 * 3600 * 1000)), Tenths(random, -3), Tenths(random, -2), Tenths(random, -1), random.Next(10) == 0));
        }
        foreach (var part in _finished.Chunk(500))
            await _history.Record(part.SelectMany(task => task.Events()));
    }

    public async ValueTask DisposeAsync()
    {
        await _web.DisposeAsync();
        await _history.DisposeAsync();
    }

    [Theory]
    [InlineData("runtime")]
    [InlineData("queue_wait")]
    [InlineData("worker_wait")]
    public async Task Percentiles_of_rollups_are_right_to_one_percent_and_those_of_rows_exactly(string measure)
    {
        var rollups = await Json($"/api/v1/runtimes?{Day}&by=name&of={measure}");
        var rows = await Json($"/api/v1/runtimes?{Day}&by=name&of={measure}&is=finished");
        Assert.Equal(("rollups", "rows"), ((string?)rollups["source"], (string?)rows["source"]));
        Assert.Equal(2, (int?)rollups["total"]);
        foreach (var name in new[] { "shop.mail", "shop.pay" })
        {
            double[] exact = [.. _finished.Where(t => t.Name == name).Select(t => t.Seconds(measure)).OfType<double>().Order()];
            Check(exact, Group(rollups, name)[measure]!, 0.01);
            Check(exact, Group(rows, name)[measure]!, 1e-5); // clocks have microseconds, stored waits seven digits
        }
    }

    [Fact]
    public async Task All_that_a_filter_can_say_is_asked_of_rows_and_what_rollups_count_of_them()
    {
        foreach (var (path, source, tasks) in new (string, string, Func<Finished, bool>)[]
        {
            ("name=shop.pay", "rollups", t => t.Name == "shop.pay"),
            ("q=name:mail", "rollups", t => t.Name == "shop.mail"),
            ("q=worker:*w2&by=worker", "rollups", t => t.Worker == "celery@w2"),
            ("name=never.seen", "rollups", t => false),
            ("q=name:mail&by=worker", "rows", t => t.Name == "shop.mail"),
            ("name=shop.pay&worker=celery@w1", "rows", t => t is { Name: "shop.pay", Worker: "celery@w1" }),
            ("q=runtime:%3E0.5s", "rows", t => t.Seconds("runtime") > 0.5),
            ("q=-name:mail", "rows", t => t.Name != "shop.mail"),
            ("state=FAILURE&of=queue_wait", "rows", t => t.Failed),
        })
        {
            var answer = await Json($"/api/v1/runtimes?{Day}&{path}");
            var measure = path.Contains("of=", StringComparison.Ordinal) ? "queue_wait" : "runtime";
            Assert.Equal(source, (string?)answer["source"]);
            Assert.Equal((path, _finished.Where(tasks).Count(t => t.Seconds(measure) is not null)),
                (path, answer["groups"]!.AsArray().Sum(g => (int)g![measure]!["count"]!)));
        }
    }

    [Fact]
    public async Task The_time_from_end_to_end_is_in_rows()
    {
        var answer = await Json($"/api/v1/runtimes?{Day}&of=end_to_end");
        Assert.Equal("rows", (string?)answer["source"]);
        Check([.. _finished.Select(t => (t.Ended - t.Sent).TotalSeconds).Order()], answer["groups"]![0]!["end_to_end"]!, 1e-5);
    }

    [Theory]
    [InlineData("")]
    [InlineData("&is=finished")]
    public async Task Buckets_are_measured_apart_and_add_up(string more)
    {
        var answer = await Json($"/api/v1/runtimes?{Day}&bucket=1h&by=name&limit=1{more}");
        Assert.Equal(2, (int?)answer["total"]);
        var group = Assert.Single(answer["groups"]!.AsArray())!;
        Assert.Equal("shop.pay", (string?)group["label"]);
        var expected = _finished.Where(t => t is { Name: "shop.pay", Failed: false }).GroupBy(t => t.Ended.ToString("yyyy-MM-dd'T'HH", CultureInfo.InvariantCulture))
            .OrderBy(g => g.Key, StringComparer.Ordinal).Select(g => $"{g.Key} {g.Count()}");
        Assert.Equal(expected, group["buckets"]!.AsArray().Where(b => (int)b!["runtime"]!["count"]! > 0).Select(b => $"{((string)b!["at"]!)[..13]} {b["runtime"]!["count"]}"));
        Assert.Equal((int)group["runtime"]!["count"]!, group["buckets"]!.AsArray().Sum(b => (int)b!["runtime"]!["count"]!));
    }

    [Theory]
    [InlineData("", "rollups")]
    [InlineData("&is=finished", "rows")]
    public async Task Throughput_counts_outcomes_by_bucket(string more, string source)
    {
        var answer = await Json($"/api/v1/throughput?{Day}&bucket=1h&by=worker{more}");
        Assert.Equal(source, (string?)answer["source"]);
        foreach (var worker in new[] { "celery@w1", "celery@w2" })
        {
            var group = answer["groups"]!.AsArray().Single(g => (string?)g!["label"] == worker)!;
            var tasks = _finished.Where(t => t.Worker == worker).ToList();
            Assert.Equal(tasks.Count, (int?)group["finished"]);
            Assert.Equal(Enumerable.Range(0, 24).Select(hour => tasks.Count(t => !t.Failed && t.Ended.Hour == hour)), group["succeeded"]!.AsArray().Select(n => (int)n!));
            Assert.Equal(Enumerable.Range(0, 24).Select(hour => tasks.Count(t => t.Failed && t.Ended.Hour == hour)), group["failed"]!.AsArray().Select(n => (int)n!));
        }
    }

    [Fact]
    public async Task A_range_is_of_whole_minutes_in_rollups_and_exact_in_rows()
    {
        const string Range = "from=2026-11-21T09:10:30Z&to=2026-11-21T09:20:30Z";
        var rollups = await Json($"/api/v1/throughput?{Range}");
        var rows = await Json($"/api/v1/throughput?{Range}&is=finished");
        Assert.Equal(("2026-11-21T09:10:00.000000Z", "2026-11-21T09:21:00.000000Z"), ((string?)rollups["from"], (string?)rollups["to"]));
        Assert.Equal(("2026-11-21T09:10:30.000000Z", "2026-11-21T09:20:30.000000Z"), ((string?)rows["from"], (string?)rows["to"]));
        Assert.Equal(_finished.Count(t => t.Ended >= Say.At("09:10:00") && t.Ended < Say.At("09:21:00")), (int?)rollups["groups"]![0]!["finished"]);
        Assert.Equal(_finished.Count(t => t.Ended >= Say.At("09:10:30") && t.Ended < Say.At("09:20:30")), (int?)rows["groups"]![0]!["finished"]);
    }

    [Fact]
    public async Task Stats_tell_sizes_counts_and_rates()
    {
        await using (var analyze = _history.Data.CreateCommand("analyze eventhistory.task"))
            await analyze.ExecuteNonQueryAsync(Ct);
        var answer = await Json("/api/v1/stats");
        Assert.True((long)answer["database"]! > 1_000_000);
        foreach (var table in new[] { "task", "event_segment", "rollup", "label", "failure_group" })
            Assert.True((long)answer["tables"]!.AsArray().Single(t => (string?)t!["name"] == table)!["bytes"]! > 0, table);
        Assert.Equal((2000, 0, 2), ((int)answer["tasks"]!, (int)answer["open_tasks"]!, (int)answer["workers"]!));
        Assert.Equal(("default", _finished.Sum(t => t.Events().Count())), ((string?)answer["sources"]![0]!["name"], (int)answer["sources"]![0]!["events"]!));
        Assert.Equal(0, (int)answer["sources"]![0]!["not_in_rows"]!);
        Assert.Equal(_finished.Count(t => t.Ended >= Say.At("11:00:00")), (int)answer["last_hour"]!["succeeded"]! + (int)answer["last_hour"]!["failed"]!);
        Assert.Equal("recording", (string?)answer["recorder"]!["state"]);
    }

    [Theory]
    [InlineData("/api/v1/runtimes?of=speed", "of \"speed\" is not understood: there are runtime, queue_wait, worker_wait, end_to_end.")]
    [InlineData("/api/v1/runtimes?by=state", "by \"state\" is not understood: there are name, worker, queue.")]
    [InlineData("/api/v1/runtimes?by=name&bucket=1h&from=-30d&limit=500", "gives more than 20000 values")]
    [InlineData("/api/v1/runtimes?q=nam:x", "nam")]
    [InlineData("/api/v1/runtimes?from=-1h&to=-2h", "is not before to")]
    [InlineData("/api/v1/runtimes?limit=0", "limit \"0\" is not a number from 1 to 500")]
    [InlineData("/api/v1/throughput?bucket=1s", "bucket \"1s\" is not a bucket")]
    [InlineData("/api/v1/throughput?runtime=fast", "runtime")]
    [InlineData("/api/v1/stats?x=1", "There is no parameter \"x\": this address takes none.")]
    public async Task What_is_not_understood_is_refused_with_what_would_be_right(string path, string sentence)
    {
        using var answer = await _web.Get(path);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains(sentence, (string?)JsonNode.Parse(await answer.Content.ReadAsStringAsync(Ct))!["detail"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/api/v1/runtimes?from=0001-01-01T00:00:00Z&to=9999-12-31T23:59:59Z&of=runtime,queue_wait,worker_wait")]
    [InlineData("/api/v1/runtimes?from=0001-01-01T00:00:00Z&to=9999-12-31T23:59:59.9999999Z&of=end_to_end")]
    [InlineData("/api/v1/throughput?from=0001-01-01T00:00:00Z&to=9999-12-31T23:59:59Z&by=name")]
    [InlineData("/api/v1/throughput?from=0001-01-01T00:00:00Z&to=9999-12-31T23:59:59Z&is=finished")]
    [InlineData("/api/v1/failures?from=0001-01-01T00:00:00Z&to=9999-12-31T23:59:59Z")]
    public async Task All_of_time_is_a_range(string path) => Assert.NotNull((await Json(path))["from"]);

    private static void Check(double[] exact, JsonNode found, double tolerance)
    {
        Assert.Equal(exact.Length, (int)found["count"]!);
        Assert.Equal(exact.Average(), (double)found["mean"]!, exact.Average() * 1e-6);
        Assert.Equal(exact[0], (double)found["min"]!, exact[0] * tolerance);
        Assert.Equal(exact[^1], (double)found["max"]!, exact[^1] * tolerance);
        foreach (var (percentile, share) in _percentiles.Zip(_shares))
        {
            var right = exact[(int)Math.Ceiling(share * exact.Length) - 1];
            Assert.Equal(right, (double)found[percentile]!, right * tolerance);
        }
    }

    private static JsonNode Group(JsonNode answer, string label) => answer["groups"]!.AsArray().Single(g => (string?)g!["label"] == label)!;

    private static double Tenths(Random random, int power) => Math.Round(Math.Pow(10, power + (random.NextDouble() * 2)), 4);

    private async Task<JsonNode> Json(string path)
    {
        using var answer = await _web.Get(path);
        var text = await answer.Content.ReadAsStringAsync(Ct);
        Assert.True(answer.StatusCode == HttpStatusCode.OK, $"{path}: {text}");
        return JsonNode.Parse(text)!;
    }

    private sealed record Finished(string Id, string Name, string Worker, DateTime Sent, double QueueWait, double WorkerWait, double Runtime, bool Failed)
    {
        public DateTime Ended => Sent.AddTicks((long)Math.Round((QueueWait + WorkerWait + Runtime) * 1e7));

        public double? Seconds(string measure) => measure switch { "queue_wait" => QueueWait, "worker_wait" => WorkerWait, _ => Failed ? null : Runtime };

        public IEnumerable<string> Events()
        {
            var received = Sent.AddTicks((long)Math.Round(QueueWait * 1e7));
            yield return Say.Event("task-sent", Sent, ("uuid", Id), ("name", Name), ("retries", 0), ("hostname", "gen1@client"), ("queue", "celery"));
            yield return Say.Event("task-received", received, ("uuid", Id), ("name", Name), ("retries", 0), ("hostname", Worker));
            yield return Say.Event("task-started", received.AddTicks((long)Math.Round(WorkerWait * 1e7)), ("uuid", Id), ("hostname", Worker));
            yield return Failed
                ? Say.Event("task-failed", Ended, ("uuid", Id), ("exception", "KeyError('a')"), ("traceback", "KeyError: 'a'"), ("hostname", Worker))
                : Say.Event("task-succeeded", Ended, ("uuid", Id), ("runtime", Runtime), ("result", "1"), ("hostname", Worker));
        }
    }
}
