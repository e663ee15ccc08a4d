namespace EventHistory.Commands;

/// <summary>What the process says about itself: 150 to 199.</summary>
internal static partial class ServeLog
{
    [LoggerMessage(150, LogLevel.Information, "Serving on {Url}")]
    public static partial void Serving(this ILogger logger, string url);

    [LoggerMessage(151, LogLevel.Information, "Stopped")]
    public static partial void Stopped(this ILogger logger);
}
