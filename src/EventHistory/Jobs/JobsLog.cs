namespace EventHistory.Jobs;

/// <summary>What jobs say: 400 to 449.</summary>
internal static partial class JobsLog
{
    [LoggerMessage(400, LogLevel.Information, "Jobs run here as {Instance}")]
    public static partial void JobsRun(this ILogger logger, string instance);

    [LoggerMessage(401, LogLevel.Warning, "Jobs cannot be started ({Reason}); trying again in {Pause}")]
    public static partial void JobsAway(this ILogger logger, string reason, TimeSpan pause);

    [LoggerMessage(402, LogLevel.Error, "The job {Job} failed ({Reason})")]
    public static partial void RunFailed(this ILogger logger, string job, string reason);

    [LoggerMessage(403, LogLevel.Warning, "A run of the job {Job} could not be noted ({Reason})")]
    public static partial void RunNotNoted(this ILogger logger, string job, string reason);

    [LoggerMessage(404, LogLevel.Warning, "The job {Job} is due, but this version does not know it")]
    public static partial void UnknownWork(this ILogger logger, string job);

    [LoggerMessage(405, LogLevel.Warning, "The run of {Job} that was due at {Due} has been already, or was lost twice ({Cause}): it is not run")]
    public static partial void RunNotRepeated(this ILogger logger, string job, DateTime due, string cause);
}
