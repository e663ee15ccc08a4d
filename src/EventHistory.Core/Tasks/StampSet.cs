using System.Collections;
using EventHistory.Core.Celery;

namespace EventHistory.Core.Tasks;

/// <summary>
/// The distinct stamps of one task, ascending. Bounded: of more than <see cref="Capacity"/> the newest are kept, which
/// again depends only on which events there were (the newest N of a union are the newest N of both sides' newest N).
/// Custom events count for the newest only: an application may send thousands of them.
/// </summary>
public sealed class StampSet : IReadOnlyList<Stamp>
{
    /// <summary>About 60 attempts with all their events.</summary>
    public const int Capacity = 256;

    private readonly List<Stamp> _stamps = new(4);

    public int Count => _stamps.Count;

    public Stamp this[int index] => _stamps[index];

    /// <returns>False when the stamp is there already or too old to be kept.</returns>
    public bool Add(Stamp stamp)
    {
        if (stamp.Kind == EventKind.TaskCustom && !MakeRoomForCustom(stamp))
            return false;
        var index = _stamps.BinarySearch(stamp);
        if (index >= 0)
            return false;
        if (_stamps.Count == Capacity && ~index == 0)
            return false;
        _stamps.Insert(~index, stamp);
        if (_stamps.Count > Capacity)
            _stamps.RemoveAt(0);
        return true;
    }

    public Stamp? Last(Func<Stamp, bool> matches)
    {
        for (var i = _stamps.Count - 1; i >= 0; i--)
        {
            if (matches(_stamps[i]))
                return _stamps[i];
        }
        return null;
    }

    public Stamp? Last(EventKind kind)
    {
        for (var i = _stamps.Count - 1; i >= 0; i--)
        {
            if (_stamps[i].Kind == kind)
                return _stamps[i];
        }
        return null;
    }

    public IEnumerator<Stamp> GetEnumerator() => _stamps.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private bool MakeRoomForCustom(Stamp stamp)
    {
        var known = _stamps.FindIndex(s => s.Kind == EventKind.TaskCustom);
        if (known < 0)
            return true;
        if (_stamps[known].CompareTo(stamp) >= 0)
            return false;
        _stamps.RemoveAt(known);
        return true;
    }
}
