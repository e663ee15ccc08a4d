using System.Net;
using System.Text;
using System.Text.Json;
using EventHistory.Tests.Fixtures;
using EventHistory.Tests.Ingest;
using EventHistory.Tests.Queries;

namespace EventHistory.Tests.Api;

/// <summary>Policy, dry run and pins over HTTP; what a prune does is in PruneTests.</summary>
public sealed class RetentionEndpointsTests(Postgres postgres)
{
    private const string PinsSql = "select coalesce(id, key::text), by, why from eventhistory.pin";

    private static StringContent Json(string body) => new(body, Encoding.UTF8, "application/json");

    [Fact]
    public async Task The_policy_that_was_set_is_in_force_and_a_bad_one_changes_nothing()
    {
        await using var history = await History.Create(postgres);
        await using var web = await TestWeb.Start(history.Data);
        using var byDefault = JsonDocument.Parse(await web.Text("/api/v1/retention"));
        Assert.Equal(10_000_000, byDefault.RootElement.GetProperty("policy").GetProperty("max_tasks").GetInt64());
        Assert.Equal(JsonValueKind.Null, byDefault.RootElement.GetProperty("changed_at").ValueKind);

        using var set = await web.Send(HttpMethod.Put, "/api/v1/retention", Json("""{"max_tasks": 500, "max_age": [{"state": "SUCCESS", "age": "30d"}]}"""));
        Assert.Equal(HttpStatusCode.OK, set.StatusCode);
        foreach (var bad in new[] { "{\"max_tasks\": -1}", "{\"max_age\": [{\"age\": \"soon\"}]}", "", new string(' ', 200_000) })
        {
            using var refused = await web.Send(HttpMethod.Put, "/api/v1/retention", Json(bad));
            Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        }
        using var form = await web.Send(HttpMethod.Put, "/api/v1/retention", new StringContent("{}", Encoding.UTF8, "text/plain"));
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, form.StatusCode);
        using var after = JsonDocument.Parse(await web.Text("/api/v1/retention"));
        Assert.Equal((500, "30d"), (after.RootElement.GetProperty("policy").GetProperty("max_tasks").GetInt64(),
            after.RootElement.GetProperty("policy").GetProperty("max_age")[0].GetProperty("age").GetString()));
    }

    [Fact]
    public async Task A_dry_run_tells_what_would_go_by_each_limit()
    {
        var clock = new SetClock();
        await using var history = await History.Create(postgres, clock);
        await history.Record(Enumerable.Range(0, 30).SelectMany(id => new[] { Say.Received(Say.Id(id), "shop.pay", clock.Now), Say.Failed(Say.Id(id), clock.Now) }));
        clock.Now = clock.Now.AddDays(1);
        await history.Record(Say.Received(Say.Id(99), "shop.pay", clock.Now));
        clock.Now = clock.Now.AddDays(2);
        await using var web = await TestWeb.Start(history.Data, clock);
        using var answer = await web.Send(HttpMethod.Post, "/api/v1/retention/dry-run", Json("""{"max_tasks": 20, "max_age": [{"state": "FAILURE", "age": "48h"}]}"""));
        using var preview = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));

        Assert.Equal(30, preview.RootElement.GetProperty("tasks").GetInt64());
        Assert.Equal([("max_age", 20L), ("max_tasks", 10L)], preview.RootElement.GetProperty("shares").EnumerateArray()
            .Select(share => (share.GetProperty("limit").GetString()!, share.GetProperty("rows").GetInt64())));
        using var inForce = await web.Send(HttpMethod.Post, "/api/v1/retention/dry-run", Json("{ }"));
        using var nothing = JsonDocument.Parse(await inForce.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.Equal((0, 30), (nothing.RootElement.GetProperty("tasks").GetInt64(), nothing.RootElement.GetProperty("tasks_before").GetInt64()));
    }

    [Fact]
    public async Task A_pin_needs_a_name_and_a_task()
    {
        await using var history = await History.Create(postgres);
        await history.Record(Say.Received("order 1/2", "shop.pay", Say.At("10:00:00")));
        await using var web = await TestWeb.Start(history.Data);
        foreach (var (path, body, expected) in new[]
                 {
                     ("order%201%2F2", """{"by": "ann", "why": "for the audit"}""", HttpStatusCode.NoContent),
                     ("order%201%2F2", """{"why": "for the audit"}""", HttpStatusCode.BadRequest),
                     ("order%201%2F2", """{"by": "ann", "until": "tomorrow"}""", HttpStatusCode.BadRequest),
                     ("order%203", """{"by": "ann"}""", HttpStatusCode.NotFound),
                 })
        {
            using var answer = await web.Send(HttpMethod.Put, $"/api/v1/tasks/{path}/pin", Json(body));
            Assert.Equal(expected, answer.StatusCode);
        }
        Assert.Equal([("order 1/2", "ann", "for the audit")], await history.Data.All(PinsSql, row => (row.GetString(0), row.GetString(1), row.GetString(2))));
        foreach (var expected in new[] { HttpStatusCode.NoContent, HttpStatusCode.NotFound })
        {
            using var removed = await web.Send(HttpMethod.Delete, "/api/v1/tasks/order%201%2F2/pin");
            Assert.Equal(expected, removed.StatusCode);
        }
    }
}
