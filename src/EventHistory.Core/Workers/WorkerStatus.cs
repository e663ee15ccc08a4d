namespace EventHistory.Core.Workers;

public static class WorkerStatus
{
    public const string Online = "online";
    /// <summary>It said goodbye.</summary>
    public const string Offline = "offline";
    /// <summary>It said nothing for three of its own heartbeat intervals, and no goodbye either.</summary>
    public const string Silent = "silent";

    /// <summary>Celery's own default interval is 2 s (its monitor gives up after two of them).</summary>
    private static readonly TimeSpan _shortestPatience = TimeSpan.FromSeconds(6);

    /// <param name="heard">When we last recorded anything from it, by our clock: workers' clocks may be wrong.</param>
    /// <param name="freq">Seconds between its heartbeats.</param>
    public static string Of(DateTime heard, double? freq, bool saidGoodbye, DateTime now)
    {
        if (saidGoodbye)
            return Offline;
        var patience = TimeSpan.FromSeconds(Math.Clamp((freq ?? 2) * 3, _shortestPatience.TotalSeconds, 3600));
        return now - heard <= patience ? Online : Silent;
    }
}
