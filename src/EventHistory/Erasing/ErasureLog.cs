namespace EventHistory.Erasing;

/// <summary>What erasures say: 310 to 319.</summary>
internal static partial class ErasureLog
{
    [LoggerMessage(310, LogLevel.Information, "Erased {Tasks} tasks, as was asked for")]
    public static partial void Erased(this ILogger logger, int tasks);

    [LoggerMessage(311, LogLevel.Error, "Erasing stopped ({Reason}); trying again in {Pause}")]
    public static partial void ErasingStopped(this ILogger logger, string reason, TimeSpan pause);
}
