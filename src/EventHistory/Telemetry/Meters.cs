using System.Diagnostics.Metrics;

namespace EventHistory.Telemetry;

/// <summary>What the process counts, under the meter <c>EventHistory</c>; <c>GET /metrics</c> shows it.</summary>
internal static class Meters
{
    public const string Name = "EventHistory";

    private static readonly Meter _meter = new(Name);

    public static readonly Counter<long> Events = _meter.CreateCounter<long>("eventhistory.events", "{event}", "Events recorded");
    public static readonly Counter<long> Messages = _meter.CreateCounter<long>("eventhistory.messages", "{message}", "Messages recorded");
    public static readonly Counter<long> Rejected = _meter.CreateCounter<long>("eventhistory.rejected", "{message}", "Messages that could not be read, wholly or in part");
    public static readonly Counter<long> Gaps = _meter.CreateCounter<long>("eventhistory.gaps", "{gap}", "Times that messages were found missing");
    public static readonly Counter<long> Interruptions = _meter.CreateCounter<long>("eventhistory.interruptions", "{interruption}", "Times that recording stopped and had to begin again");
    public static readonly Histogram<double> BatchSeconds = _meter.CreateHistogram<double>("eventhistory.batch", "s", "From handing a batch over to its commit");

    /// <summary>The state of recording as gauges.</summary>
    public static void Observe(RecorderStatus status, TimeProvider time)
    {
        _meter.CreateObservableGauge("eventhistory.recording", () => status.State == "recording" ? 1L : 0L, null, "1 while this process records");
        _meter.CreateObservableGauge("eventhistory.broker.connected", () => status.BrokerConnected ? 1L : 0L, null, "1 while the broker is connected");
        _meter.CreateObservableGauge("eventhistory.database.connected", () => status.DatabaseConnected ? 1L : 0L, null, "1 while the writer's database session is up");
        _meter.CreateObservableGauge("eventhistory.position", () => status.LastPosition, null, "The last position of the log that this process wrote");
        _meter.CreateObservableGauge("eventhistory.lag.seconds", () => status.LagSeconds ?? 0, "s", "Seconds that recording is behind the broker");
        _meter.CreateObservableGauge("eventhistory.last.event.age.seconds",
            () => status.LastEventAt is { } at ? (time.GetUtcNow().UtcDateTime - at).TotalSeconds : double.NaN, "s", "Age of the latest event recorded");
    }
}
