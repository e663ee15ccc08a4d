using EventHistory.Core.Tasks;

namespace EventHistory.Ingest;

/// <summary>
/// The folds of the tasks that were touched last, so that most events find theirs in memory. Bounded: what was not
/// touched since the younger half filled up is forgotten, and loaded from its row when it is needed again.
/// </summary>
internal sealed class FoldCache(int capacity)
{
    private Dictionary<Guid, TaskFold> _young = new(capacity / 2);
    private Dictionary<Guid, TaskFold> _old = new(capacity / 2);

    public TaskFold? Find(Guid key)
    {
        if (_young.TryGetValue(key, out var fold))
            return fold;
        if (!_old.Remove(key, out fold))
            return null;
        _young.Add(key, fold);
        return fold;
    }

    public void Add(TaskFold fold) => _young.Add(fold.Id.Key, fold);

    public void Clear()
    {
        _young.Clear();
        _old.Clear();
    }

    /// <summary>Only between batches: a batch must not lose what it is folding.</summary>
    public void Trim()
    {
        if (_young.Count < capacity / 2)
            return;
        (_old, _young) = (_young, _old);
        _young.Clear();
    }
}
