using EventHistory.Store;

namespace EventHistory.Jobs;

/// <summary>Indexes the tasks of days that are over (<see cref="DayIndexes"/>).</summary>
internal sealed class DayIndexing(DayIndexes indexes, TimeProvider time) : IScheduledWork
{
    /// <summary>The recorder's clock may differ from ours by this much.</summary>
    private static readonly TimeSpan _settled = TimeSpan.FromMinutes(10);

    public string Name => "index-days";

    public async Task<WorkDone> Run(Action<WorkProgress> report, CancellationToken ct) =>
        WorkDone.Of(("indexes", await indexes.Build(time.GetUtcNow().UtcDateTime - _settled, ct)));
}
