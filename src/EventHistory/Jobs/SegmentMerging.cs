using EventHistory.Store;

namespace EventHistory.Jobs;

/// <summary>Merges the small segments of hours that are over (<see cref="SegmentMerger"/>).</summary>
internal sealed class SegmentMerging(SegmentMerger merger, TimeProvider time) : IScheduledWork
{
    /// <summary>The recorder's clock may differ from ours by this much, and nothing is merged twice.</summary>
    private static readonly TimeSpan _settled = TimeSpan.FromMinutes(5);

    public string Name => "merge-segments";

    public async Task<WorkDone> Run(Action<WorkProgress> report, CancellationToken ct)
    {
        var count = await merger.Merge(time.GetUtcNow().UtcDateTime - _settled, ct);
        return WorkDone.Of(("segments", count.Segments), ("into", count.Into));
    }
}
