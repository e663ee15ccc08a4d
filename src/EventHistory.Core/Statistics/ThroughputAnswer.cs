namespace EventHistory.Core.Statistics;

/// <summary>How many tasks finished in a range, by outcome and bucket.</summary>
/// <param name="From">What is counted; from rollups whole minutes, the first and the last in full.</param>
/// <param name="Source">rollups, or rows; both are exact.</param>
/// <param name="By">name, worker, queue, or null: all tasks together.</param>
/// <param name="Bucket">Width in seconds.</param>
/// <param name="BucketsFrom">When the first bucket begins.</param>
/// <param name="Total">How many groups there are, of which these have the most tasks.</param>
public sealed record ThroughputAnswer(
    DateTime From, DateTime To, string Source, string? By, double Bucket, DateTime BucketsFrom, int Total, IReadOnlyList<ThroughputGroup> Groups);

/// <summary>One name, worker or queue: a number for each bucket, and the sum of all.</summary>
/// <param name="Label">Null: all tasks together; or, from rows, those of which it is unknown.</param>
/// <param name="Finished">Tasks in all.</param>
/// <param name="Retries">How often these tasks were retried.</param>
public sealed record ThroughputGroup(
    string? Label, long Finished, IReadOnlyList<long> Succeeded, IReadOnlyList<long> Failed, IReadOnlyList<long> Revoked, IReadOnlyList<long> Rejected,
    IReadOnlyList<long> Retries);
