namespace EventHistory.Queries;

/// <summary>What answering questions says; event ids from 300.</summary>
internal static partial class QueryLog
{
    [LoggerMessage(300, LogLevel.Warning, "{Path} could not be answered: {Title} ({Reason})")]
    public static partial void NotAnswered(this ILogger logger, string path, string title, string reason);
}
