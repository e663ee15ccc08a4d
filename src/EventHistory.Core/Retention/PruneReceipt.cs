using System.Text.Json;

namespace EventHistory.Core.Retention;

/// <summary>What went in one step of a prune.</summary>
public sealed record PruneReceipt
{
    public required long Id { get; init; }
    public required DateTime PrunedAt { get; init; }
    /// <summary>tasks, log, heartbeats, rollups, rejected-messages.</summary>
    public string Kind { get; init; } = "tasks";
    /// <summary>The policy that was in force.</summary>
    public required JsonElement Policy { get; init; }
    /// <summary>Of tasks, the day (UTC) on which their last events were recorded; of the log, the day of recording.</summary>
    public required DateOnly? Day { get; init; }
    public required long Tasks { get; init; }
    /// <summary>The tasks by their state.</summary>
    public required IReadOnlyDictionary<string, long> States { get; init; }
    /// <summary>When the earliest of the tasks was first seen, by its sender's clock.</summary>
    public required DateTime? FirstSeen { get; init; }
    /// <summary>When the latest of them was.</summary>
    public required DateTime? LastSeen { get; init; }
    /// <summary>Events of the log, or rows of what is no task.</summary>
    public long Rows { get; init; }
    /// <summary>On disk.</summary>
    public long BytesFreed { get; init; }
}

/// <summary>A stretch of time of which tasks were pruned. It says nothing of those that are still there.</summary>
/// <param name="From">When the earliest of these tasks was first seen, by its sender's clock.</param>
/// <param name="To">When the latest of them was.</param>
/// <param name="PrunedAt">When the last of them went.</param>
public sealed record PrunedRange(DateTime From, DateTime To, long Tasks, DateTime PrunedAt)
{
    /// <summary>Neighbours as one.</summary>
    /// <param name="ranges">By their beginning.</param>
    public static IReadOnlyList<PrunedRange> Joined(IEnumerable<PrunedRange> ranges)
    {
        var joined = new List<PrunedRange>();
        foreach (var range in ranges)
        {
            if (joined.Count > 0 && range.From - joined[^1].To < TimeSpan.FromMinutes(1))
            {
                var last = joined[^1];
                joined[^1] = new PrunedRange(last.From, Later(last.To, range.To), last.Tasks + range.Tasks, Later(last.PrunedAt, range.PrunedAt));
            }
            else
            {
                joined.Add(range);
            }
        }
        return joined;
    }

    private static DateTime Later(DateTime a, DateTime b) => a > b ? a : b;
}
