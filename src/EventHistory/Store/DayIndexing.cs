namespace EventHistory.Store;

/// <summary>Indexes each day's tasks (<see cref="DayIndexes"/>) when the day is over, and at the start what is left of earlier ones.</summary>
internal sealed class DayIndexing(DayIndexes indexes, DatabaseStartup startup, TimeProvider time, ILogger<DayIndexing> logger) : BackgroundService
{
    /// <summary>The recorder's clock may differ from ours by this much; and a rebuild replaces tables at any hour.</summary>
    private static readonly TimeSpan _settled = TimeSpan.FromMinutes(10);

    private static readonly TimeSpan _pause = TimeSpan.FromHours(1);

    private static readonly TimeSpan _pauseAfterFault = TimeSpan.FromMinutes(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await startup.Ready(stoppingToken);
        while (true)
            await Task.Delay(await BuildOnce(stoppingToken), time, stoppingToken);
    }

    /// <returns>How long to wait before there can be more to do.</returns>
    private async Task<TimeSpan> BuildOnce(CancellationToken ct)
    {
        try
        {
            await indexes.Build(time.GetUtcNow().UtcDateTime - _settled, ct);
            return _pause;
        }
        catch (Exception fault) when (fault is not OperationCanceledException) // whatever it is, recording goes on
        {
            logger.IndexingStopped(fault.GetBaseException().Message, _pauseAfterFault);
            return _pauseAfterFault;
        }
    }
}
