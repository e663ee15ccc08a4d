using EventHistory.Core.Celery;
using EventHistory.Core.Log;
using EventHistory.Core.Retention;
using EventHistory.Store;
using Npgsql;

namespace EventHistory.Retention;

/// <summary>A day of one source's log, segment by segment, without what goes. The chain is followed first: what is not as it was recorded gets no seal.</summary>
/// <param name="pruned">The tasks whose events go.</param>
/// <param name="heartbeatsBefore">Heartbeats that were recorded before go as well; null: none.</param>
internal sealed class LogDay(int source, PrunedTasks pruned, DateTime? heartbeatsBefore, TypeNames types)
{
    private Tombstones? _tombstones;
    private ChainCheck? _check;

    public int Source => source;

    /// <summary>How many segments were added.</summary>
    public long Segments { get; private set; }

    /// <summary>How many events went.</summary>
    public long Removed { get; private set; }

    /// <summary>What says so: one for each segment that lost some, and one for neighbours of which nothing is left.</summary>
    public List<Tombstone> Tombstones { get; } = [];

    /// <returns>What is left of it; null: nothing.</returns>
    /// <exception cref="InvalidDataException">It is not what was recorded.</exception>
    public async Task<LogSegment?> Add(LogSegment segment, NpgsqlDataSource database, CancellationToken ct)
    {
        Segments++;
        await types.Fetch(segment, ct);
        if (_check?.Next != segment.FirstPosition)
            await Begin(segment, database, ct);
        var link = _check!.Chain;
        if (_check.Add(segment) is { } fault)
            throw new InvalidDataException($"{fault.Sentence}: eventhistory verify tells more");
        var recordedAt = segment.Parts.Max(part => part.RecordedAt);
        var cut = SegmentCut.Without(segment, _check.Events, (position, e) => Goes(position, e, recordedAt), RemovalProof.Seal, type => types[type]);
        if (ReferenceEquals(cut, segment))
            return segment;
        Removed += segment.Left - cut.Left;
        if (cut.Left == 0)
        {
            Bury(segment, link);
            return null;
        }
        var gone = Enumerable.Range(0, segment.Left).Select(segment.PositionOf).Where(position => cut.IndexOf(position) < 0).ToList();
        Tombstones.Add(new Tombstone(gone[0], gone[^1], gone.Count, Tombstone.Prune));
        return cut;
    }

    // Behind a gap of other days
    private async Task Begin(LogSegment segment, NpgsqlDataSource database, CancellationToken ct)
    {
        await using var connection = await database.OpenConnectionAsync(ct);
        _tombstones ??= await TombstoneRows.Of(connection, source, ct);
        var link = await LinkBefore.Find(connection, source, segment.FirstPosition, ct)
            ?? throw new InvalidDataException($"What was before position {segment.FirstPosition} is missing: eventhistory verify tells more");
        _check = new ChainCheck(segment.FirstPosition, link, type => types[type]) { Tombstones = _tombstones };
    }

    private bool Goes(long position, CeleryEvent e, DateTime recordedAt) =>
        e.Kind.IsTask() ? e.TaskId is { } task && pruned.Contains(task.Key, position)
        : e.Kind == EventKind.WorkerHeartbeat && recordedAt < heartbeatsBefore;

    private void Bury(LogSegment segment, byte[] link)
    {
        if (Tombstones.Count > 0 && Tombstones[^1] is { LinkAfter: not null } last && last.Last == segment.FirstPosition - 1)
            Tombstones[^1] = last with { Last = segment.LastPosition, Events = last.Events + segment.Left, LinkAfter = segment.Chain };
        else
            Tombstones.Add(new Tombstone(segment.FirstPosition, segment.LastPosition, segment.Left, Tombstone.Prune) { LinkBefore = link, LinkAfter = segment.Chain });
    }
}
