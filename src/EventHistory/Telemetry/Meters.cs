using System.Diagnostics.Metrics;

namespace EventHistory.Telemetry;

/// <summary>What the process counts, under the meter <c>EventHistory</c>; <c>GET /metrics</c> shows it.</summary>
internal static class Meters
{
    private static readonly Meter _meter = new("EventHistory");

    /// <summary>Asking for it makes all of them, so that each shows its zero before it first counts.</summary>
    public static string Name => _meter.Name;

    public static readonly Counter<long> Events = _meter.CreateCounter<long>("eventhistory.events", "{event}", "Events recorded");
    public static readonly Counter<long> Messages = _meter.CreateCounter<long>("eventhistory.messages", "{message}", "Messages recorded");
    public static readonly Counter<long> Rejected = _meter.CreateCounter<long>("eventhistory.rejected", "{message}", "Messages that could not be read, wholly or in part");
    public static readonly Counter<long> Gaps = _meter.CreateCounter<long>("eventhistory.gaps", "{gap}", "Times that messages were found missing");
    public static readonly Counter<long> Interruptions = _meter.CreateCounter<long>("eventhistory.interruptions", "{interruption}", "Times that recording stopped and had to begin again");
    public static readonly Counter<long> SegmentsMerged = _meter.CreateCounter<long>("eventhistory.segments_merged", "{segment}", "Small segments of the log that were merged into larger ones");
    public static readonly Histogram<double> BatchSeconds = _meter.CreateHistogram<double>("eventhistory.batch", "s", "From handing a batch over to its commit");
}
