using EventHistory.Core.Rollups;
using EventHistory.Core.Search;

namespace EventHistory.Core.Statistics;

/// <summary>The rollups that answer a question about finished tasks.</summary>
/// <param name="Dimension">By what they count.</param>
/// <param name="Only">Which of its names, workers or queues; null: all.</param>
public sealed record RollupSelection(RollupDimension Dimension, TextTerm? Only)
{
    /// <param name="filter">Which tasks are meant.</param>
    /// <param name="by">What the answer is split by.</param>
    /// <returns>Null if no rollup counts that: a row has one name, or one worker, or one queue, and nothing else.</returns>
    public static RollupSelection? Of(Filter filter, RollupDimension by)
    {
        if (RollupFilter.Of(filter) is not { States: null, From: null, To: null } rollups)
            return null;
        if (rollups.Dimension == RollupDimension.All)
            return new RollupSelection(by, null);
        return by == RollupDimension.All || by == rollups.Dimension ? new RollupSelection(rollups.Dimension, rollups.Label) : null;
    }
}
