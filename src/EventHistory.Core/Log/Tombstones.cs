namespace EventHistory.Core.Log;

/// <summary>Says that events were taken out of the log on purpose.</summary>
/// <param name="First">The first position concerned.</param>
/// <param name="Last">The last one.</param>
/// <param name="Events">How many events between these were taken out then; what was gone already has a tombstone of its own.</param>
/// <param name="Kind"><see cref="Erasure"/> or <see cref="Prune"/>.</param>
public sealed record Tombstone(long First, long Last, long Events, string Kind)
{
    public const string Erasure = "erasure";
    public const string Prune = "prune";

    /// <summary>Of one that stands where no segment is any more, the link before its first position; null: the segments are there.</summary>
    public byte[]? LinkBefore { get; init; }

    /// <summary>And the link behind its last position.</summary>
    public byte[]? LinkAfter { get; init; }
}

/// <summary>The tombstones of a log.</summary>
public sealed class Tombstones
{
    private readonly List<Tombstone> _byFirst;

    public Tombstones(IEnumerable<Tombstone> all) => _byFirst = [.. all.OrderBy(t => t.First)];

    /// <summary>How many events between two positions, both included, were taken out.</summary>
    public long Events(long first, long last)
    {
        long events = 0;
        for (var i = IndexOf(first); i < _byFirst.Count && _byFirst[i].First <= last; i++)
            events += _byFirst[i].Last <= last ? _byFirst[i].Events : 0;
        return events;
    }

    /// <summary>How many events were taken out in all.</summary>
    public long Events(string kind) => _byFirst.Where(t => t.Kind == kind).Sum(t => t.Events);

    /// <summary>The one that carries the chain over the segments which were at a position; null: none begins there.</summary>
    public Tombstone? Bridge(long first)
    {
        for (var i = IndexOf(first); i < _byFirst.Count && _byFirst[i].First == first; i++)
        {
            if (_byFirst[i].LinkAfter is not null)
                return _byFirst[i];
        }
        return null;
    }

    private int IndexOf(long first)
    {
        var (low, high) = (0, _byFirst.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = _byFirst[middle].First < first ? (middle + 1, high) : (low, middle);
        }
        return low;
    }
}
