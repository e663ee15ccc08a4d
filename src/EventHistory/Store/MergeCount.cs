namespace EventHistory.Store;

/// <summary>What was merged.</summary>
internal sealed class MergeCount
{
    /// <summary>Segments that were merged, and those they became.</summary>
    public long Segments { get; private set; }

    public long Into { get; private set; }

    /// <summary>By partition, rows that were taken away since it was last cleaned.</summary>
    public Dictionary<string, int> Emptied { get; } = [];

    public void Add(int segments, string partition)
    {
        Segments += segments;
        Into++;
        Emptied[partition] = Emptied.GetValueOrDefault(partition) + segments;
    }
}
