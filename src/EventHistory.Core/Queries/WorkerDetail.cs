using EventHistory.Core.Coverage;

namespace EventHistory.Core.Queries;

/// <summary>One worker, with what it did over a stretch of time.</summary>
/// <param name="Range">The series covers this time, by the worker's clock.</param>
/// <param name="Bucket">What each point of the series stands for.</param>
/// <param name="Series">In order. A time in which it sent no heartbeat and started no task has no point.</param>
public sealed record WorkerDetail(WorkerView Worker, Period Range, TimeSpan Bucket, IReadOnlyList<WorkerPoint> Series);

/// <summary>What a worker said of itself, and did, within a bucket of time.</summary>
/// <param name="At">When the bucket began.</param>
/// <param name="Minutes">In how many of its minutes it sent a heartbeat.</param>
/// <param name="ActiveMean">Tasks running, by the last heartbeat of each minute.</param>
/// <param name="LoadMean">Load average of its machine over one minute.</param>
/// <param name="Started">Tasks that it started.</param>
public sealed record WorkerPoint(DateTime At, int Minutes, double? ActiveMean, int? ActiveMax, double? LoadMean, double? LoadMax, long Started);
