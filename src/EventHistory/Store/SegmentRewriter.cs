using System.Data;
using EventHistory.Core.Celery;
using EventHistory.Core.Log;
using Npgsql;

namespace EventHistory.Store;

/// <summary>
/// Takes events out of the log, for ever: what stays keeps its positions, and tombstones carry the chain over what went. All of it happens
/// in the open transaction of a session that holds the <see cref="SegmentLock"/> of the source; cut short, it has not happened.
/// </summary>
internal sealed class SegmentRewriter(NpgsqlDataSource database)
{
    private readonly TypeNames _types = new(database);

    private const string SegmentSql = "select " + SegmentRow.Columns + """

          from eventhistory.event_segment s where s.source_id = $1 and s.first_position = $2
        """;

    /// <summary>
    /// Takes events out of a segment, after it has followed the chain through it. Of a segment that is proved by a seal and keeps nothing
    /// the row goes, too (<see cref="TombstoneRows.MoveBeginning"/> is to be called before the transaction ends).
    /// </summary>
    /// <param name="session">Its open transaction.</param>
    /// <param name="source">The number of the source.</param>
    /// <param name="first">The position at which the segment begins.</param>
    /// <param name="goes">Whether an event, at a position, is to go.</param>
    /// <param name="removal">What the tombstone says.</param>
    /// <param name="ct">Stop.</param>
    /// <returns>How many events went; 0: none is to go, or there is no segment that begins there; nothing was written.</returns>
    /// <exception cref="InvalidDataException">The segment is not what was recorded; it is left as it is.</exception>
    public async Task<int> Remove(NpgsqlConnection session, int source, long first, Func<long, CeleryEvent, bool> goes, Removal removal, CancellationToken ct)
    {
        if (await Read(session, source, first, ct) is not { } segment)
            return 0;
        await _types.Fetch(segment, ct);
        var link = await LinkBefore.Find(session, source, first, ct)
            ?? throw new InvalidDataException($"What was before position {first} is missing: eventhistory verify tells more");
        var check = new ChainCheck(first, link, type => _types[type]);
        if (check.Add(segment) is { } fault)
            throw new InvalidDataException($"{fault.Sentence}: eventhistory verify tells more");

        var cut = SegmentCut.Without(segment, check.Events, goes, removal.Proof, type => _types[type]);
        if (ReferenceEquals(cut, segment))
            return 0;
        if (cut.Left == 0 && cut.Removed!.Seal is not null)
            await Drop(session, source, cut, link, removal, segment.Left, ct);
        else
            await Replace(session, source, segment, cut, removal, ct);
        return segment.Left - cut.Left;
    }

    private static async Task<LogSegment?> Read(NpgsqlConnection session, int source, long first, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(SegmentSql, session) { Parameters = { new() { Value = source }, new() { Value = first } } };
        await using var row = await command.ExecuteReaderAsync(CommandBehavior.SequentialAccess, ct);
        return await row.ReadAsync(ct) ? await SegmentRow.Read(row, first, length => new byte[length], ct) : null;
    }

    private static async Task Replace(NpgsqlConnection session, int source, LogSegment before, LogSegment cut, Removal removal, CancellationToken ct)
    {
        await using (var update = SegmentRow.Cut(session, source, cut))
            await update.ExecuteNonQueryAsync(ct);
        var gone = Enumerable.Range(0, before.Left).Select(before.PositionOf).Where(position => cut.IndexOf(position) < 0).ToList();
        await TombstoneRows.Add(session, source, new Tombstone(gone[0], gone[^1], gone.Count, removal.Kind), removal, ct);
    }

    private const string DropSql = "delete from eventhistory.event_segment s where s.source_id = $1 and s.first_position = $2";

    private static async Task Drop(NpgsqlConnection session, int source, LogSegment segment, byte[] link, Removal removal, int events, CancellationToken ct)
    {
        await using (var delete = new NpgsqlCommand(DropSql, session) { Parameters = { new() { Value = source }, new() { Value = segment.FirstPosition } } })
            await delete.ExecuteNonQueryAsync(ct);
        var tombstone = new Tombstone(segment.FirstPosition, segment.LastPosition, events, removal.Kind) { LinkBefore = link, LinkAfter = segment.Chain };
        await TombstoneRows.Add(session, source, tombstone, removal, ct);
    }

    private const string HeadsSql = """
        select s.first_position, s.event_count, s.chain from eventhistory.event_segment s
         where s.source_id = $1 and s.recorded_at >= $2 and s.recorded_at < $3 order by s.first_position
        """;

    /// <summary>
    /// Lays tombstones over all segments that were recorded in a time, and moves the beginning of the log on if they are there. Their rows are
    /// the caller's to take away, in the same transaction: most often with their whole partition.
    /// </summary>
    /// <param name="session">Its open transaction.</param>
    /// <param name="source">The number of the source.</param>
    /// <param name="from">UTC; that of a merged segment is when its first part was recorded.</param>
    /// <param name="to">The end; it is not in it.</param>
    /// <param name="removal">What the tombstones say.</param>
    /// <param name="ct">Stop.</param>
    /// <returns>How many events go.</returns>
    /// <exception cref="InvalidDataException">What was before them is missing; nothing was written.</exception>
    public static async Task<long> Bury(NpgsqlConnection session, int source, DateTime from, DateTime to, Removal removal, CancellationToken ct)
    {
        long events = 0;
        foreach (var (first, last, chain) in await Stretches(session, source, from, to, ct))
        {
            var link = await LinkBefore.Find(session, source, first, ct)
                ?? throw new InvalidDataException($"What was before position {first} is missing: eventhistory verify tells more");
            var left = last + 1 - first - await TombstoneRows.Events(session, source, first, last, ct);
            await TombstoneRows.Add(session, source, new Tombstone(first, last, left, removal.Kind) { LinkBefore = link, LinkAfter = chain }, removal, ct);
            events += left;
        }
        await TombstoneRows.MoveBeginning(session, source, ct);
        return events;
    }

    // Segments of which each begins where the one before ended
    private static async Task<List<(long First, long Last, byte[] Chain)>> Stretches(NpgsqlConnection session, int source, DateTime from, DateTime to, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(HeadsSql, session)
        {
            CommandTimeout = 0,
            Parameters = { new() { Value = source }, new() { Value = from }, new() { Value = to } },
        };
        await using var rows = await command.ExecuteReaderAsync(ct);
        var stretches = new List<(long First, long Last, byte[] Chain)>();
        while (await rows.ReadAsync(ct))
        {
            var (first, last) = (rows.GetInt64(0), rows.GetInt64(0) + rows.GetInt32(1) - 1);
            var chain = rows.GetFieldValue<byte[]>(2);
            if (stretches.Count > 0 && stretches[^1].Last == first - 1)
                stretches[^1] = stretches[^1] with { Last = last, Chain = chain };
            else
                stretches.Add((first, last, chain));
        }
        return stretches;
    }
}
