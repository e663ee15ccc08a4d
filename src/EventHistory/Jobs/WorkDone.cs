namespace EventHistory.Jobs;

/// <summary>What a run did, as its row tells: counts by name (snake_case: "segments_merged") and bytes of disk it gave back.</summary>
internal sealed record WorkDone(IReadOnlyDictionary<string, long> Counts, long BytesFreed = 0)
{
    /// <summary>Counts in the order they are to be read.</summary>
    public static WorkDone Of(params (string Name, long Count)[] counts) => new(new OrderedDictionary<string, long>(counts.Select(count => KeyValuePair.Create(count.Name, count.Count))));
}
