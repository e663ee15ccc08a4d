namespace EventHistory.Core.Reports;

/// <summary>What reports are there.</summary>
public static class ReportKind
{
    /// <summary>The tasks of a saved query.</summary>
    public const string Tasks = "tasks";
    /// <summary>What failed, in groups, against the time before.</summary>
    public const string Failures = "failures";
    /// <summary>The tasks that ran longest.</summary>
    public const string Slowest = "slowest";
    /// <summary>How long tasks take, by name, against the week before.</summary>
    public const string Runtimes = "runtimes";
    /// <summary>How many tasks finish, over time, by outcome.</summary>
    public const string Throughput = "throughput";
    /// <summary>What is recorded whole, and what is missing.</summary>
    public const string Coverage = "coverage";

    public static readonly IReadOnlyList<string> All = [Tasks, Failures, Slowest, Runtimes, Throughput, Coverage];
}
