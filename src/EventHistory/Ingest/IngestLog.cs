namespace EventHistory.Ingest;

/// <summary>What recording says: 200 to 299.</summary>
internal static partial class IngestLog
{
    [LoggerMessage(200, LogLevel.Information, "Recording {Source} from {Broker}: epoch {Epoch}, from offset {Offset}, next position {Position}")]
    public static partial void Recording(this ILogger logger, string source, string broker, int epoch, string? offset, long position);

    [LoggerMessage(201, LogLevel.Information, "Another process records {Source}; standing by to take over")]
    public static partial void StandingBy(this ILogger logger, string source);

    [LoggerMessage(202, LogLevel.Warning, "Recording stopped ({Reason}); trying again in {Pause}")]
    public static partial void Interrupted(this ILogger logger, string reason, TimeSpan pause);

    [LoggerMessage(203, LogLevel.Warning, "Messages are missing before offset {Offset} of epoch {Epoch}: {Kind}, {Messages} messages (null: unknown)")]
    public static partial void GapFound(this ILogger logger, long offset, int epoch, string kind, long? messages);

    [LoggerMessage(204, LogLevel.Warning, "The database refused a batch for what is in it ({Reason}); going on message by message up to offset {Offset}")]
    public static partial void Careful(this ILogger logger, string reason, long offset);

    [LoggerMessage(205, LogLevel.Warning, "Message at offset {Offset} was rejected: {Reason}")]
    public static partial void MessageRejected(this ILogger logger, long offset, string reason);

    [LoggerMessage(208, LogLevel.Warning, "The rows of {Projection} were made by version {Stored} of its rules, this program has version {Ours}: "
        + "run `eventhistory rebuild` to make them anew from the log; recording goes on meanwhile")]
    public static partial void Outdated(this ILogger logger, string projection, int stored, int ours);

    [LoggerMessage(207, LogLevel.Critical, "Recording met a bug")]
    public static partial void Bug(this ILogger logger, Exception bug);

    [LoggerMessage(206, LogLevel.Information, "Recording ended after position {Position}")]
    public static partial void Ended(this ILogger logger, long position);
}
