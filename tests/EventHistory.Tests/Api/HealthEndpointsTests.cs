using System.Net;
using System.Text.Json;
using EventHistory.Telemetry;
using EventHistory.Tests.Fixtures;
using Npgsql;

namespace EventHistory.Tests.Api;

public sealed class HealthEndpointsTests(Postgres postgres) : IAsyncLifetime
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private TestDatabase _database = null!;
    private TestWeb _web = null!;

    public async ValueTask InitializeAsync()
    {
        _database = await postgres.CreateDatabase();
        _web = await TestWeb.Start(_database.Data);
    }

    public async ValueTask DisposeAsync()
    {
        await _web.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task A_process_that_answers_is_live() => Assert.Equal("""{"status":"live"}""", await _web.Text("/healthz"));

    [Theory]
    [InlineData("recording", 200)]
    [InlineData("standby", 200)]
    [InlineData("disabled", 200)]
    [InlineData("starting", 503)]
    [InlineData("connecting", 503)]
    [InlineData("stopped", 503)]
    public async Task It_is_ready_when_it_does_what_it_is_meant_to_do(string state, int status)
    {
        _web.Recorder.State = state;

        var (code, body) = await Ready(_web);

        Assert.Equal(status, code);
        Assert.Equal(state, body.GetProperty("writer").GetString());
        Assert.Equal(status == 200, body.GetProperty("reasons").GetArrayLength() == 0);
    }

    [Fact]
    public async Task Metrics_tell_Prometheus_what_is_counted_and_how_recording_stands()
    {
        var before = await Metric("eventhistory_interruptions_total");
        Meters.Interruptions.Add(2);
        _web.Recorder.State = "connecting";

        Assert.True(await Metric("eventhistory_interruptions_total") >= before + 2);
        Assert.Equal(0, await Metric("eventhistory_recording"));
        Assert.Equal(1, await Metric("eventhistory_broker_connected"));
        Assert.Equal(double.NaN, await Metric("eventhistory_last_event_age_seconds"));
    }

    private async Task<double> Metric(string name)
    {
        var line = (await _web.Text("/metrics")).Split('\n').Single(l => l.StartsWith(name + " ", StringComparison.Ordinal));
        return double.Parse(line[(name.Length + 1)..], System.Globalization.CultureInfo.InvariantCulture);
    }

    [Fact]
    public async Task Readiness_tells_how_fresh_the_history_is()
    {
        _web.Recorder.LastEventAt = DateTime.UtcNow.AddSeconds(-10);
        _web.Recorder.LagSeconds = 0.5;

        var (_, body) = await Ready(_web);

        Assert.InRange(body.GetProperty("last_event_age_seconds").GetDouble(), 9.9, 60);
        Assert.Equal(0.5, body.GetProperty("lag_seconds").GetDouble());
    }

    [Fact]
    public async Task The_reason_of_the_recorder_is_passed_on()
    {
        (_web.Recorder.State, _web.Recorder.Problem) = ("connecting", "The broker does not answer.");

        var (_, body) = await Ready(_web);

        Assert.Equal("The broker does not answer.", body.GetProperty("reasons")[0].GetString());
    }

    [Fact]
    public async Task A_database_that_is_away_is_said_by_health_api_and_pages()
    {
        await using var nowhere = NpgsqlDataSource.Create("Host=127.0.0.1;Port=1;Username=nobody;Timeout=1");
        await using var web = await TestWeb.Start(nowhere);

        var (code, body) = await Ready(web);
        var api = await web.Get("/api/v1/tasks");
        var page = await web.Get("/tasks");

        Assert.Equal(503, code);
        Assert.StartsWith("The database does not answer", body.GetProperty("reasons")[0].GetString(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, api.StatusCode);
        Assert.NotNull(api.Headers.RetryAfter);
        Assert.Equal("application/problem+json", api.Content.Headers.ContentType!.MediaType);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, page.StatusCode);
        Assert.Contains("The database is away", await page.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await web.Get("/healthz")).StatusCode);
    }

    [Fact]
    public async Task A_database_without_tables_yet_is_being_prepared()
    {
        await using var empty = await postgres.CreateEmptyDatabase();
        await using var web = await TestWeb.Start(empty.Data);

        var answer = await web.Get("/api/v1/tasks");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Contains("being prepared", await answer.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
    }

    private static async Task<(int Status, JsonElement Body)> Ready(TestWeb web)
    {
        using var answer = await web.Get("/readyz");
        return ((int)answer.StatusCode, JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Ct)).RootElement);
    }
}
