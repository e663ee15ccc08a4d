using EventHistory.Core.Rollups;
using EventHistory.Core.Tasks;
using EventHistory.Store;

namespace EventHistory.Projections;

/// <summary>
/// The task rows of one write: what is taken away, what is written, and what else follows from it. Used again once it is
/// written, for its lists are large.
/// </summary>
internal sealed class TaskChanges
{
    /// <summary>The number of the write; they are counted.</summary>
    public long Write { get; set; }

    /// <summary>What <see cref="TaskTable.CopySql"/> takes.</summary>
    public CopyBuffer Rows { get; } = new();

    public List<HeldTask> Written { get; } = [];

    /// <summary>Rows that are written anew, by their key and partition.</summary>
    public List<(Guid Key, DateTime Settled)> Left { get; } = [];

    /// <summary>Starts of tasks that were not known before.</summary>
    public List<Stamp> Starts { get; } = [];

    /// <summary>What tasks counted for in rollups before this write, and what they count for now.</summary>
    public List<(Outcome? Before, Outcome? After)> Outcomes { get; } = [];

    /// <summary>After this write, rows show every event before this position.</summary>
    public long Reflected { get; set; }

    public void Clear()
    {
        Rows.Clear();
        Written.Clear();
        Left.Clear();
        Starts.Clear();
        Outcomes.Clear();
    }
}
