using System.Collections;
using System.Runtime.InteropServices;
using EventHistory.Core.Celery;

namespace EventHistory.Core.Tasks;

/// <summary>
/// The distinct stamps of one task, ascending. Bounded: of each kind the newest <see cref="OfEachKind"/> are kept, so
/// that what is kept, again, depends only on which events there were, and the latest of each kind is never lost.
/// Custom events count for the newest only: an application may send thousands of them.
/// </summary>
public sealed class StampSet : IReadOnlyList<Stamp>
{
    /// <summary>So many attempts keep all their events.</summary>
    public const int OfEachKind = 64;

    private readonly List<Stamp> _stamps = new(4);

    public int Count => _stamps.Count;

    public Stamp this[int index] => _stamps[index];

    /// <returns>False when the stamp is there already or too old to be kept.</returns>
    public bool Add(Stamp stamp)
    {
        var index = _stamps.BinarySearch(stamp);
        if (index >= 0)
            return false;
        _stamps.Insert(~index, stamp);
        var room = stamp.Kind == EventKind.TaskCustom ? 1 : OfEachKind;
        return _stamps.Count <= room || Like(stamp) <= room || RemoveOldest(stamp) != ~index;
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
        var stamps = CollectionsMarshal.AsSpan(_stamps); // a stamp is large, and this is asked for each kind of each row
        for (var i = stamps.Length - 1; i >= 0; i--)
        {
            if (stamps[i].Kind == kind)
                return stamps[i];
        }
        return null;
    }

    public IEnumerator<Stamp> GetEnumerator() => _stamps.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private int RemoveOldest(Stamp like)
    {
        var oldest = _stamps.FindIndex(s => s.CountsWith(like));
        _stamps.RemoveAt(oldest);
        return oldest;
    }

    private int Like(Stamp stamp)
    {
        var count = 0;
        foreach (var other in _stamps)
            count += other.CountsWith(stamp) ? 1 : 0;
        return count;
    }
}
