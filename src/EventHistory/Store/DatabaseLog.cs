namespace EventHistory.Store;

/// <summary>What the start of the database says: 100 to 149.</summary>
internal static partial class DatabaseLog
{
    [LoggerMessage(100, LogLevel.Information, "The database is ready, its schema has version {Version}")]
    public static partial void DatabaseReady(this ILogger logger, int version);

    [LoggerMessage(101, LogLevel.Warning, "The database does not answer ({Reason}); trying again in {Pause}")]
    public static partial void DatabaseAway(this ILogger logger, string reason, TimeSpan pause);

    [LoggerMessage(102, LogLevel.Information, "Migrated the schema to version {Version}, {Name}")]
    public static partial void Migrated(this ILogger logger, int version, string name);

    [LoggerMessage(110, LogLevel.Information, "Making a private PostgreSQL {Major} in {Folder}")]
    public static partial void MakingCluster(this ILogger logger, int major, string folder);

    [LoggerMessage(111, LogLevel.Information, "The private PostgreSQL of an earlier run, process {Pid}, is still there; stopping it first")]
    public static partial void StoppingLeftover(this ILogger logger, int pid);

    [LoggerMessage(112, LogLevel.Information, "The private PostgreSQL runs as process {Pid} on 127.0.0.1:{Port}")]
    public static partial void EmbeddedStarted(this ILogger logger, int pid, int port);

    [LoggerMessage(113, LogLevel.Error, "The private PostgreSQL ended ({LastWords}); starting it again in {Pause}")]
    public static partial void EmbeddedDied(this ILogger logger, string lastWords, TimeSpan pause);

    [LoggerMessage(114, LogLevel.Error, "The private PostgreSQL could not be started ({Reason})")]
    public static partial void EmbeddedNotLaunched(this ILogger logger, string reason);

    [LoggerMessage(121, LogLevel.Error, "The log of {Source} is not what was recorded at position {Position}, so it is left alone there ({Reason}); see eventhistory verify")]
    public static partial void NotMerged(this ILogger logger, string source, long position, string reason);

    [LoggerMessage(123, LogLevel.Information, "Built the index {Index} in {Duration}")]
    public static partial void IndexBuilt(this ILogger logger, string index, TimeSpan duration);

    [LoggerMessage(124, LogLevel.Warning, "The extension pg_trgm cannot be had ({Reason}), so searches for parts of texts read every row; to change that, run: create extension pg_trgm")]
    public static partial void NoTrigrams(this ILogger logger, string reason);
}
