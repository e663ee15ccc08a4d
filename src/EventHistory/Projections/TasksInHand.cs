namespace EventHistory.Projections;

/// <summary>
/// The tasks that the writer holds in memory. What is not yet in the database must stay; of the rest, what was not touched
/// since the younger half filled up is forgotten, and loaded from its row when it is needed again.
/// </summary>
/// <param name="capacity">Of tasks that could be forgotten.</param>
internal sealed class TasksInHand(int capacity)
{
    private Dictionary<Guid, HeldTask> _young = new(capacity / 2);
    private Dictionary<Guid, HeldTask> _old = new(capacity / 2);

    public HeldTask? Find(Guid key)
    {
        if (_young.TryGetValue(key, out var task))
            return task;
        if (!_old.Remove(key, out task))
            return null;
        _young.Add(key, task);
        return task;
    }

    public void Add(HeldTask task) => _young.Add(task.Fold.Id.Key, task);

    public void Remove(Guid key)
    {
        if (!_young.Remove(key))
            _old.Remove(key);
    }

    /// <param name="committed">Rows of writes up to this one are in the database.</param>
    public void Trim(long committed)
    {
        if (_young.Count < capacity / 2)
            return;
        foreach (var (key, task) in _old)
        {
            if (task.UnwrittenFrom != 0 || task.Write > committed)
                _young.Add(key, task);
        }
        (_old, _young) = (_young, _old);
        _young.Clear();
    }
}
