using System.Globalization;

namespace EventHistory.Core.Watching;

/// <summary>What tells whether a task that has not finished is stuck. Times are by its senders' clocks, null is unknown.</summary>
/// <param name="State">As of its row.</param>
/// <param name="StateAt">When it came into it.</param>
/// <param name="Eta">Before this time it need not start.</param>
/// <param name="Clock">Lamport's, of the event that made the state.</param>
public sealed record OpenTask(
    string State, DateTime StateAt, DateTime? Sent, DateTime? Received, DateTime? Started, DateTime? Retried, DateTime? Eta, int? WorkerPid, long Clock)
{
    /// <summary>Celery's text of an ETA; without a zone it is UTC.</summary>
    public static DateTime? TimeOf(string? eta) =>
        DateTime.TryParse(eta, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time) ? time : null;
}
