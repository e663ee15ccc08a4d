using EventHistory.Core.Workers;

namespace EventHistory.Core.Watching;

/// <summary>What is known about a worker's life.</summary>
/// <param name="LastHeard">By our clock.</param>
/// <param name="Freq">Seconds between its heartbeats.</param>
/// <param name="Pid">Of its latest process.</param>
/// <param name="OnlineAt">When it said it was there, last; null: its last word of that kind was a goodbye, or none was heard.</param>
/// <param name="OnlineClock">Lamport's clock of that; 0: unknown.</param>
/// <param name="SaidGoodbye">And nothing after it.</param>
public sealed record WorkerSign(DateTime LastHeard, double? Freq, int? Pid, DateTime? OnlineAt, long OnlineClock, bool SaidGoodbye)
{
    /// <summary>A busy worker may miss some of its heartbeats: it counts as silent after this, or after three of its own intervals if those are longer.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    /// <summary>It fell silent without a goodbye; the time it was heard last.</summary>
    public DateTime? SilentSince(DateTime now) =>
        now - LastHeard > Patience && WorkerStatus.Of(LastHeard, Freq, SaidGoodbye, now) == WorkerStatus.Silent ? LastHeard : null;

    /// <summary>Whether the process that started something then is not there any more, and since when at the latest.</summary>
    public DateTime? GoneSince(DateTime started, int? pid, long clock, DateTime now)
    {
        if (OnlineAt > started && (pid is not null && Pid is not null && pid != Pid || (OnlineClock > 0 && OnlineClock < clock)))
            return OnlineAt; // the same process says it again when it reconnects, but its clock goes on
        return SaidGoodbye ? LastHeard : SilentSince(now);
    }
}
