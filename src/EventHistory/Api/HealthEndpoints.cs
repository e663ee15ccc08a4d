using EventHistory.Telemetry;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace EventHistory.Api;

/// <summary>For those who watch the process: is it alive, and does it do its work.</summary>
internal static class HealthEndpoints
{
    private static readonly string[] _methods = [HttpMethods.Get, HttpMethods.Head];

    public static void MapHealth(this WebApplication app)
    {
        app.MapMethods("/healthz", _methods, () => TypedResults.Ok(new LiveAnswer("live"))).ExcludeFromDescription();
        app.MapMethods("/readyz", _methods, Ready).ExcludeFromDescription();
        var metrics = app.Services.GetRequiredService<PrometheusMetrics>(); // now: it counts from the start, not from the first question
        app.MapMethods("/metrics", _methods, () => TypedResults.Text(metrics.Text(), PrometheusMetrics.ContentType)).ExcludeFromDescription();
    }

    private static async Task<JsonHttpResult<ReadyAnswer>> Ready(
        RecorderStatus recorder, NpgsqlDataSource database, TimeProvider time, HttpResponse response, CancellationToken ct)
    {
        response.Headers.CacheControl = "no-store";
        var answer = ReadyAnswer.Of(recorder, await DatabaseProblem(database, ct), time.GetUtcNow().UtcDateTime);
        return TypedResults.Json(answer, statusCode: answer.Status == ReadyAnswer.Ready ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
    }

    private const string PingSql = "select 1";

    private static async Task<string?> DatabaseProblem(NpgsqlDataSource database, CancellationToken ct)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(ct);
        patience.CancelAfter(TimeSpan.FromSeconds(2));
        try
        {
            await using var ping = database.CreateCommand(PingSql);
            await ping.ExecuteScalarAsync(patience.Token);
            return null;
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException || (e is OperationCanceledException && !ct.IsCancellationRequested))
        {
            return $"The database does not answer: {(e is OperationCanceledException ? "no reply within 2 seconds" : e.GetBaseException().Message)}.";
        }
    }
}

internal sealed record LiveAnswer(string Status);

/// <param name="Status">ready: it records, stands by for the instance that does, or is not meant to record.</param>
/// <param name="Reasons">Why it is not ready.</param>
/// <param name="Writer">What the recorder does: starting, connecting, standby, recording, stopped or disabled.</param>
/// <param name="LastEventAgeSeconds">Since the time that the latest recorded event bears.</param>
/// <param name="LagSeconds">How far recording is behind the broker.</param>
internal sealed record ReadyAnswer(
    string Status, IReadOnlyList<string> Reasons, bool Database, bool Broker, string Writer, DateTime? LastEventAt, double? LastEventAgeSeconds,
    DateTime? LastRecordedAt, double? LagSeconds, long LastPosition, long LastOffset)
{
    public const string Ready = "ready";

    public static ReadyAnswer Of(RecorderStatus recorder, string? databaseProblem, DateTime now)
    {
        var works = recorder.State is "recording" or "standby" or "disabled";
        var reasons = new List<string>();
        if (databaseProblem is not null)
            reasons.Add(databaseProblem);
        if (!works)
            reasons.Add(recorder.Problem ?? $"It does not record yet: {recorder.State}.");
        return new ReadyAnswer(reasons.Count == 0 ? Ready : "not ready", reasons, databaseProblem is null, recorder.BrokerConnected, recorder.State,
            recorder.LastEventAt, (now - recorder.LastEventAt)?.TotalSeconds, recorder.LastRecordedAt, recorder.LagSeconds,
            recorder.LastPosition, recorder.LastOffset);
    }
}
