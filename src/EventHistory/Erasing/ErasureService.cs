using EventHistory.Store;

namespace EventHistory.Erasing;

/// <summary>Carries out erasures as soon as they are asked for, and at the start what an earlier process left.</summary>
internal sealed class ErasureService(Eraser eraser, DatabaseStartup startup, ErasureSignal signal, ILogger<ErasureService> logger) : BackgroundService
{
    /// <summary>Another process may have left one; or is at it, or rebuilds.</summary>
    private static readonly TimeSpan _pause = TimeSpan.FromSeconds(30);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await startup.Ready(stoppingToken);
        while (true)
        {
            await RunOnce(stoppingToken);
            await signal.Wait(_pause, stoppingToken);
        }
    }

    private async Task RunOnce(CancellationToken ct)
    {
        try
        {
            var tasks = 0;
            await eraser.Run(some => tasks += some, ct);
            if (tasks > 0)
                logger.Erased(tasks);
        }
        catch (Exception fault) when (fault is not OperationCanceledException) // whatever it is, recording goes on
        {
            logger.ErasingStopped(fault.GetBaseException().Message, _pause);
        }
    }
}
