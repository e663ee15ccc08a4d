using EventHistory.Core.Coverage;
using EventHistory.Core.Failures;
using EventHistory.Core.Queries;
using EventHistory.Core.Watching;
using EventHistory.Ui.Charts;

namespace EventHistory.Ui.Home;

/// <summary>What the first page answers: is it recording and complete, is anything failing, is anything stuck; and how busy it is.</summary>
/// <param name="Coverage">Of the last 24 hours.</param>
/// <param name="LagSeconds">How far recording is behind the broker; null: unknown.</param>
/// <param name="Failures">Groups that failed in the last 24 hours.</param>
/// <param name="Stuck">Tasks that do not go on, and workers that fell silent: the latest, and how many of each kind.</param>
/// <param name="Throughput">Of the chosen range.</param>
public sealed record HomeModel(
    TimeRange Range, CoverageAnswer Coverage, double? LagSeconds, FailureList Failures, IReadOnlyList<WorkerView> Workers, FindingList Stuck, HomeTotals Totals,
    TimeChart Throughput, TimeChart Runtimes)
{
    /// <summary>Nothing was heard so far.</summary>
    public bool IsEmpty => Workers.Count == 0 && Totals.Finished == 0 && Failures.Total == 0;
}

/// <summary>Tasks that finished in the chosen range.</summary>
public sealed record HomeTotals(long Succeeded, long Failed, long Revoked, long Rejected, long Retries, TimeSpan Time)
{
    public long Finished => Succeeded + Failed + Revoked + Rejected;

    /// <summary>0…1; null: none finished.</summary>
    public double? FailedShare => Finished == 0 ? null : (double)Failed / Finished;

    public double PerMinute => Finished / Time.TotalMinutes;
}

/// <summary>The task names that stand out in a range.</summary>
public sealed record HomeNames(TimeRange Range, IReadOnlyList<NameFigures> Busiest, IReadOnlyList<NameFigures> Slowest, IReadOnlyList<NameFigures> Failing);

/// <param name="Name">Of tasks.</param>
/// <param name="Finished">How many of them.</param>
/// <param name="Over">Over time: finished, or of the failing ones failed.</param>
/// <param name="P95">Seconds.</param>
public sealed record NameFigures(string Name, long Finished, long Failed, IReadOnlyList<long> Over, double? P50, double? P95);
