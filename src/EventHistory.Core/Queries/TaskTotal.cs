namespace EventHistory.Core.Queries;

/// <summary>How many tasks match a filter.</summary>
/// <param name="Count">Of tasks.</param>
/// <param name="IsExact">False: an estimate of the database's planner, because to count them would take long.</param>
public sealed record TaskTotal(long Count, bool IsExact);
