namespace EventHistory.Store;

/// <summary>Merges the segments of each hour (<see cref="SegmentMerger"/>) a few minutes after its end, and at the start what is left of earlier ones.</summary>
internal sealed class SegmentMerging(SegmentMerger merger, DatabaseStartup startup, TimeProvider time, ILogger<SegmentMerging> logger) : BackgroundService
{
    /// <summary>The recorder's clock may differ from ours by this much, and nothing is merged twice.</summary>
    private static readonly TimeSpan _settled = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan _pauseAfterFault = TimeSpan.FromMinutes(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await startup.Ready(stoppingToken);
        while (true)
            await Task.Delay(await MergeOnce(stoppingToken), time, stoppingToken);
    }

    /// <returns>How long to wait before there can be more to do.</returns>
    private async Task<TimeSpan> MergeOnce(CancellationToken ct)
    {
        try
        {
            var closedBefore = time.GetUtcNow().UtcDateTime - _settled;
            var count = await merger.Merge(closedBefore, ct);
            if (count.Segments > 0)
                logger.Merged(count.Segments, count.Into);
            return UntilNextHour(time.GetUtcNow().UtcDateTime - _settled);
        }
        catch (Exception fault) when (fault is not OperationCanceledException) // whatever it is, recording goes on
        {
            logger.MergingStopped(fault.GetBaseException().Message, _pauseAfterFault);
            return _pauseAfterFault;
        }
    }

    private static TimeSpan UntilNextHour(DateTime now) => TimeSpan.FromTicks(TimeSpan.TicksPerHour - (now.Ticks % TimeSpan.TicksPerHour)) + TimeSpan.FromSeconds(1);
}
