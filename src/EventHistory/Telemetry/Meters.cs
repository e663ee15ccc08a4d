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
    public static readonly Counter<long> ReportsMade = _meter.CreateCounter<long>("eventhistory.reports", "{report}", "Reports made");
    public static readonly Counter<long> Deliveries = _meter.CreateCounter<long>("eventhistory.deliveries", "{delivery}", "Reports that arrived where they were to go");
    public static readonly Counter<long> DeliveryFaults = _meter.CreateCounter<long>("eventhistory.delivery_faults", "{attempt}", "Attempts to deliver a report that failed");
    public static readonly Histogram<double> BatchSeconds = _meter.CreateHistogram<double>("eventhistory.batch", "s", "From handing a batch over to its commit");
    public static readonly Counter<long> JobRuns = _meter.CreateCounter<long>("eventhistory.job_runs", "{run}", "Runs of jobs that ended");
    public static readonly Counter<long> JobBytesFreed = _meter.CreateCounter<long>("eventhistory.job_bytes_freed", "By", "Bytes of disk that jobs gave back");
    public static readonly Histogram<double> JobSeconds = _meter.CreateHistogram<double>("eventhistory.job", "s", "From the start of a job's run to its end");

    public static void JobRan(string job, string outcome, TimeSpan duration, long bytesFreed)
    {
        KeyValuePair<string, object?> of = new("job", job);
        JobRuns.Add(1, of, new("outcome", outcome));
        JobBytesFreed.Add(bytesFreed, of);
        JobSeconds.Record(duration.TotalSeconds, of);
    }
}
