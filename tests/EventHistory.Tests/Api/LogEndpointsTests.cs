using System.Net;
using System.Text.Json.Nodes;
using EventHistory.Tests.Fixtures;
using EventHistory.Tests.Ingest;
using EventHistory.Tests.Queries;
using EventHistory.Tests.Store;

namespace EventHistory.Tests.Api;

public sealed class LogEndpointsTests(Postgres postgres) : IAsyncLifetime
{
    private const string LinksSql = "select first_position + event_count - 1, encode(chain, 'hex'), recorded_at from eventhistory.event_segment order by 1";

    private History _history = null!;
    private TestWeb _web = null!;

    public async ValueTask InitializeAsync()
    {
        _history = await SmallSegments.Record(postgres, segments: 40, segmentsPerHour: 20);
        _web = await TestWeb.Start(_history.Data);
    }

    public async ValueTask DisposeAsync()
    {
        await _web.DisposeAsync();
        await _history.DisposeAsync();
    }

    [Fact]
    public async Task The_head_is_the_last_link_and_can_be_proved_later()
    {
        var verdict = await _history.Verify();

        var head = await Head("");

        Assert.Equal(["name", "position", "events", "chain", "recorded_at", "epoch", "last_offset"], head.Select(p => p.Key));
        Assert.Equal("default", (string?)head["name"]);
        Assert.Equal(verdict.Last, (long?)head["position"]);
        Assert.Equal(verdict.Last, (long?)head["events"]);
        Assert.Equal(Convert.ToHexStringLower(verdict.Chain), (string?)head["chain"]);
        Assert.Equal(1, (int?)head["epoch"]);
        Assert.NotNull((long?)head["last_offset"]);
        Assert.Equal((await _history.Data.All(LinksSql, row => row.GetDateTime(2)))[^1].ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", null), (string?)head["recorded_at"]);
        await _history.Merge();
        Assert.Equal(head.ToJsonString(), (await Head("")).ToJsonString());
    }

    [Fact]
    public async Task The_link_at_or_before_a_position_is_the_same_before_and_after_a_merge()
    {
        var links = await _history.Data.All(LinksSql, row => (Position: row.GetInt64(0), Chain: row.GetString(1), RecordedAt: row.GetDateTime(2)));
        foreach (var merged in new[] { false, true })
        {
            if (merged)
                await _history.Merge();
            for (var position = links[0].Position; position < links[^1].Position; position++)
            {
                var (end, chain, recordedAt) = links.Last(l => l.Position <= position);
                var head = await Head($"?position={position}");
                Assert.Equal((end, chain), ((long)head["position"]!, (string)head["chain"]!));
                Assert.Equal(recordedAt.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", null), (string?)head["recorded_at"]);
                Assert.Null(head["last_offset"]);
            }
            if (links[0].Position > 1)
                Assert.Equal((0L, new string('0', 64)), ((long)(await Head("?position=1"))["position"]!, (string)(await Head("?position=1"))["chain"]!));
            Assert.Equal((await Head("")).ToJsonString(), (await Head("?position=999999")).ToJsonString());
        }
    }

    [Theory]
    [InlineData("?position=0", "is not a whole number from 1.")]
    [InlineData("?position=x", "is not a whole number from 1.")]
    [InlineData("?positoin=1", "There is no parameter")]
    public async Task A_question_that_makes_no_sense_is_refused(string query, string sentence)
    {
        using var answer = await _web.Get("/api/v1/log/head" + query);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains(sentence, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_log_that_is_empty_has_a_head_too()
    {
        await using var empty = await History.Create(postgres);
        await using var web = await TestWeb.Start(empty.Data);
        var head = JsonNode.Parse(await web.Text("/api/v1/log/head"))!["sources"]![0]!;
        Assert.Equal((0L, 0L, new string('0', 64)), ((long)head["position"]!, (long)head["events"]!, (string)head["chain"]!));
        Assert.Null(head["recorded_at"]);
    }

    private async Task<JsonObject> Head(string query) =>
        Assert.Single(JsonNode.Parse(await _web.Text("/api/v1/log/head" + query))!["sources"]!.AsArray())!.AsObject();
}
