namespace EventHistory.Core.Retention;

/// <summary>
/// The tasks of one source that were pruned while the log still has events of them: these events belong to no row. What was recorded of
/// such a task afterwards is not among them, and has one.
/// </summary>
public sealed class PrunedTasks
{
    private readonly List<(long[] Keys, long Before)> _prunes = [];

    public bool IsEmpty => _prunes.Count == 0;

    /// <param name="keys">As <see cref="PrunedKeys.Of"/>, ascending.</param>
    /// <param name="before">All events of these tasks before this position went with them.</param>
    public void Add(long[] keys, long before) => _prunes.Add((keys, before));

    /// <summary>Whether an event belongs to a task that was pruned.</summary>
    public bool Contains(Guid task, long position)
    {
        if (_prunes.Count == 0)
            return false;
        var key = PrunedKeys.Of(task);
        foreach (var (keys, before) in _prunes)
        {
            if (position < before && Array.BinarySearch(keys, key) >= 0)
                return true;
        }
        return false;
    }
}
