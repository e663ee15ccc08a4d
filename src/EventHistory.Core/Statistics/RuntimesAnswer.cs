namespace EventHistory.Core.Statistics;

/// <summary>How long tasks took that finished in a range.</summary>
/// <param name="From">What is measured; from rollups whole minutes, the first and the last in full.</param>
/// <param name="Source">rollups: count and mean are exact, all else to 1 %; it costs the same whatever the number of tasks. rows: all of it is exact.</param>
/// <param name="By">name, worker, queue, or null: all tasks together.</param>
/// <param name="Bucket">Width in seconds; null: none were asked for.</param>
/// <param name="Total">How many groups there are, of which these have the most tasks.</param>
public sealed record RuntimesAnswer(
    DateTime From, DateTime To, string Source, string? By, double? Bucket, int Total, IReadOnlyList<RuntimesGroup> Groups)
{
    public const string Rollups = "rollups";
    public const string Rows = "rows";
}

/// <summary>One name, worker or queue; what was not asked for is null.</summary>
/// <param name="Label">Null: all tasks together; or, from rows, those of which it is unknown.</param>
/// <param name="Buckets">In order of time; those without a task are not there. Null: none were asked for.</param>
public sealed record RuntimesGroup(
    string? Label, Distribution? Runtime, Distribution? QueueWait, Distribution? WorkerWait, Distribution? EndToEnd, IReadOnlyList<RuntimesBucket>? Buckets);

/// <param name="At">When the bucket begins.</param>
public sealed record RuntimesBucket(DateTime At, Distribution? Runtime, Distribution? QueueWait, Distribution? WorkerWait, Distribution? EndToEnd);
