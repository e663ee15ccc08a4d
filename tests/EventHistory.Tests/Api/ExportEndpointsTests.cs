using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using EventHistory.Core.Export;
using EventHistory.Tests.Fixtures;
using EventHistory.Tests.Queries;

namespace EventHistory.Tests.Api;

public sealed class ExportEndpointsTests(Postgres postgres) : IAsyncLifetime
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
    public async Task A_file_has_what_the_API_says_of_every_task()
    {
        var messages = File.ReadLines(Repository.Path("tests", "EventHistory.Core.Tests", "Celery", "Samples", "celery-events.jsonl"));
        await _history.Record(messages);

        var rows = await Lines("/api/v1/export?format=ndjson&coverage=false");

        Assert.InRange(rows.Count, 50, 10_000);
        foreach (var row in rows)
        {
            var answer = JsonNode.Parse(await _web.Text("/api/v1/tasks/" + Uri.EscapeDataString((string)row["id"]!)))!;
            var task = answer["task"]!.AsObject();
            foreach (var field in ExportField.All.Where(f => f.Name is not ("finished" or "group" or "traceback")))
                Assert.Equal(task[field.Name]?.ToJsonString(), row[field.Name]?.ToJsonString());
            Assert.Equal((string?)answer["traceback"], (string?)row["traceback"]);
        }
        Assert.Contains(rows, row => (string?)row["group"] is { Length: 32 });
        Assert.Equal(rows.Select(r => (string?)r["first_seen"]).Order(StringComparer.Ordinal), rows.Select(r => (string?)r["first_seen"]));
    }

    [Fact]
    public async Task It_begins_with_coverage_and_ends_with_the_number_of_rows()
    {
        await _history.Record(Say.Received(Say.Id(1), "a,b", Say.At("10:00:00")), Say.Received(Say.Id(2), "c", Say.At("10:00:01")));

        var answer = await _web.Get("/api/v1/export?fields=id,name,finished&from=2026-11-21T09:00:00Z&q=state:RECEIVED");
        var lines = (await answer.Content.ReadAsStringAsync(Ct)).Split("\r\n");

        Assert.Equal("text/csv; charset=utf-8", answer.Content.Headers.ContentType!.ToString());
        Assert.EndsWith(".csv", answer.Content.Headers.ContentDisposition!.FileName!.Trim('"'), StringComparison.Ordinal);
        Assert.StartsWith("# Tasks first seen from 2026-11-21T09:00:00Z to ", lines[0], StringComparison.Ordinal);
        Assert.EndsWith("Asked for: state:RECEIVED first_seen:>=2026-11-21T09:00:00Z", lines[0], StringComparison.Ordinal);
        Assert.Equal(["id,name,finished", $"{Say.Id(1)},\"a,b\",", $"{Say.Id(2)},c,", $"# All 2 rows, cursor 2026-11-21T10:00:01.000000Z/{Say.Id(2)}", ""], lines[1..]);
    }

    [Fact]
    public async Task Many_tasks_of_the_same_moment_come_once_each_and_it_goes_on_behind_any_of_them()
    {
        const int Tasks = 45_000; // more than are read at a time
        await _history.Record(Enumerable.Range(1, Tasks).Select(n => Say.Received(Say.Id(n), "task", Say.At("10:00:00"))));

        var rows = await Lines("/api/v1/export?format=ndjson&coverage=false&fields=id,first_seen");
        Assert.Equal(Tasks, rows.Select(r => (string?)r["id"]).Distinct().Count());
        Assert.Equal(Tasks, rows.Count);

        var (seen, id) = ((string?)rows[30_000]["first_seen"], (string?)rows[30_000]["id"]);
        var rest = await Lines($"/api/v1/export?format=ndjson&coverage=false&fields=id,first_seen&cursor={seen}/{id}");
        Assert.Equal(rows.Skip(30_001).Select(r => (string?)r["id"]), rest.Select(r => (string?)r["id"]));
    }

    [Fact]
    public async Task It_is_compressed_for_who_takes_that()
    {
        await _history.Record(Enumerable.Range(1, 500).Select(n => Say.Received(Say.Id(n), "task", Say.At("10:00:00").AddSeconds(n))));
        var plain = await _web.Text("/api/v1/export?coverage=false");
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/export?coverage=false");
        request.Headers.AcceptEncoding.Add(new StringWithQualityHeaderValue("gzip"));

        using var answer = await _web.Http.SendAsync(request, Ct);

        Assert.Equal("gzip", answer.Content.Headers.ContentEncoding.Single());
        await using var gzip = new GZipStream(await answer.Content.ReadAsStreamAsync(Ct), CompressionMode.Decompress);
        Assert.Equal(plain, await new StreamReader(gzip).ReadToEndAsync(Ct));
    }

    [Theory]
    [InlineData("?format=xml")]
    [InlineData("?fields=nothing")]
    [InlineData("?cursor=x")]
    [InlineData("?q=(")]
    [InlineData("?limit=5")]
    public async Task What_makes_no_sense_is_a_problem_and_no_file(string query)
    {
        var answer = await _web.Get("/api/v1/export" + query);

        Assert.Equal((HttpStatusCode.BadRequest, "application/problem+json"), (answer.StatusCode, answer.Content.Headers.ContentType!.MediaType));
        Assert.Null(answer.Content.Headers.ContentDisposition);
    }

    private async Task<List<JsonNode>> Lines(string path) =>
        [.. (await _web.Text(path)).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!)];
}
