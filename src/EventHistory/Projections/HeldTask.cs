using EventHistory.Core.Rollups;
using EventHistory.Core.Tasks;

namespace EventHistory.Projections;

/// <summary>A task in the writer's memory: its fold, and how its row compares with it.</summary>
internal sealed class HeldTask(TaskFold fold)
{
    public TaskFold Fold { get; } = fold;

    /// <summary>The <c>settled</c> of its row as the last write left it; null: it has no row.</summary>
    public DateTime? Row { get; set; }

    /// <summary>What it counts for in rollups, as the last write left it.</summary>
    public Outcome? Counted { get; set; }

    /// <summary>The first position that its row does not show; 0: it shows all.</summary>
    public long UnwrittenFrom { get; set; }

    /// <summary>The number of the write that wrote its row last.</summary>
    public long Write { get; set; }

    public bool IsSettled => Row is { } settled && settled != TaskRow.Open;
}
