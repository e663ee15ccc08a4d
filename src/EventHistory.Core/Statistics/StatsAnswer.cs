namespace EventHistory.Core.Statistics;

/// <summary>How much is stored, how fast it grows, and how far recording is.</summary>
/// <param name="Database">Bytes on disk of the whole database.</param>
/// <param name="Tables">What they are used for, the largest first.</param>
/// <param name="Tasks">Rows of tasks: an estimate, as the last ANALYZE of each partition left it.</param>
/// <param name="OpenTasks">Of these, tasks that are not finished: an estimate, too.</param>
/// <param name="Labels">Texts that are stored once, exactly.</param>
public sealed record StatsAnswer(
    DateTime At, long Database, IReadOnlyList<TableSize> Tables, IReadOnlyList<SourceStats> Sources, long Tasks, long OpenTasks,
    long Workers, long FailureGroups, long Labels, FinishedStats LastHour, RecorderStats Recorder);

/// <param name="Name">The table, all its partitions together.</param>
/// <param name="Bytes">Of rows, what is stored beside them, and indexes.</param>
/// <param name="IndexBytes">Of these, the indexes.</param>
public sealed record TableSize(string Name, long Bytes, long IndexBytes, int Partitions);

/// <summary>A broker's log.</summary>
/// <param name="Events">In the log, exactly.</param>
/// <param name="EventsPerSecond">Over the last hour, by our clock.</param>
/// <param name="LastRecordedAt">By our clock.</param>
/// <param name="NotInRows">The latest so many events may not show in the rows of open tasks yet.</param>
public sealed record SourceStats(string Name, long Events, double EventsPerSecond, DateTime? LastRecordedAt, long LastPosition, long NotInRows);

/// <summary>Tasks that finished in the last 60 whole minutes and the present one, by their workers' clocks.</summary>
public sealed record FinishedStats(long Succeeded, long Failed, long Revoked, long Rejected, long Retries);

/// <param name="State">Of the recorder in this process: starting, connecting, standby, recording, stopped or disabled.</param>
/// <param name="LagSeconds">How far it is behind the broker; null: unknown.</param>
/// <param name="LastEventAt">The latest time that a recorded event bears.</param>
public sealed record RecorderStats(string State, double? LagSeconds, DateTime? LastEventAt, DateTime? LastRecordedAt);
