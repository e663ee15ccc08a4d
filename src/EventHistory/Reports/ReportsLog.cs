namespace EventHistory.Reports;

/// <summary>What reports and deliveries say: 400 to 449.</summary>
internal static partial class ReportsLog
{
    [LoggerMessage(400, LogLevel.Warning, "The report \"{Name}\" could not be made ({Reason})")]
    public static partial void NotMade(this ILogger logger, string name, string reason);

    [LoggerMessage(401, LogLevel.Warning, "The report \"{Name}\" did not arrive ({Target}: {Reason}); trying again in {Pause}")]
    public static partial void NotDelivered(this ILogger logger, string name, string target, string reason, TimeSpan pause);

    [LoggerMessage(402, LogLevel.Error, "The report \"{Name}\" did not arrive ({Target}) in {Attempts} attempts, and is given up ({Reason})")]
    public static partial void GivenUp(this ILogger logger, string name, string target, int attempts, string reason);

    [LoggerMessage(403, LogLevel.Warning, "Deliveries wait for the database ({Reason}); trying again in {Pause}")]
    public static partial void DeliveriesStopped(this ILogger logger, string reason, TimeSpan pause);
}
