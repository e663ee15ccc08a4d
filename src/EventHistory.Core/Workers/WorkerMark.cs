using EventHistory.Core.Celery;

namespace EventHistory.Core.Workers;

/// <summary>A worker said that it came or went: <c>worker-online</c> (at start, and again after every broker reconnect) or <c>worker-offline</c>.</summary>
public sealed record WorkerMark(DateTime At, EventKind Kind, int Pid, long Clock, uint Fingerprint);

/// <summary>What a heartbeat (or online, offline) event told; the counts are null in answers to the control command <c>heartbeat</c>.</summary>
/// <param name="Freq">Seconds to the next one.</param>
/// <param name="Active">Tasks running.</param>
/// <param name="Processed">Tasks started since this incarnation began.</param>
public sealed record WorkerBeat(
    DateTime At, int Pid, long Clock, uint Fingerprint, double? Freq, int? Active, long? Processed, double[]? LoadAverage,
    string? Software, string? SoftwareVersion, string? SoftwareSystem)
{
    /// <summary>One with counts before one without; then by the sender's clock; ties are broken by content, never by arrival.</summary>
    public bool Outranks(WorkerBeat? other) => other is null
        || (Processed is not null, At, Clock, Fingerprint).CompareTo((other.Processed is not null, other.At, other.Clock, other.Fingerprint)) > 0;

    public static WorkerBeat Of(CeleryEvent e) => new(e.At!.Value, e.Pid ?? 0, e.Clock ?? 0, e.Digest.Fingerprint(), e.Report?.Freq,
        e.Report?.Active, e.Report?.Processed, e.Report?.LoadAverage, e.Report?.Software, e.Report?.SoftwareVersion, e.Report?.SoftwareSystem);
}
