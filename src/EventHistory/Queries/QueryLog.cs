namespace EventHistory.Queries;

/// <summary>What answering questions says; event ids from 300.</summary>
internal static partial class QueryLog
{
    [LoggerMessage(300, LogLevel.Warning, "{Path} could not be answered: {Title} ({Reason})")]
    public static partial void NotAnswered(this ILogger logger, string path, string title, string reason);

    [LoggerMessage(301, LogLevel.Warning, "The live stream of the log was ended for all its clients ({Reason}); they come back by themselves")]
    public static partial void LiveEnded(this ILogger logger, string reason);
}
