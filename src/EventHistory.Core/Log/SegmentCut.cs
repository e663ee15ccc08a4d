using System.Buffers;
using System.Runtime.InteropServices;
using EventHistory.Core.Celery;

namespace EventHistory.Core.Log;

/// <summary>Segment → the same without some of its events: its positions, parts and links stay, and a proof of what is left.</summary>
public static class SegmentCut
{
    /// <param name="segment">As it was recorded, or cut before.</param>
    /// <param name="events">What is in it.</param>
    /// <param name="goes">Whether an event, at a position, is to go.</param>
    /// <param name="proof">What to leave; digests that are not there any more cannot be left, so what has a seal keeps one.</param>
    /// <param name="label">The text of a label that segments name their event types with.</param>
    /// <returns>The same segment if nothing goes.</returns>
    public static LogSegment Without(LogSegment segment, ReadOnlySpan<CeleryEvent> events, Func<long, CeleryEvent, bool> goes, RemovalProof proof, Func<int, string?> label)
    {
        var (left, positions, types) = (new List<CeleryEvent>(), new List<long>(), new HashSet<string>(StringComparer.Ordinal));
        for (var i = 0; i < events.Length; i++)
        {
            var position = segment.PositionOf(i);
            if (goes(position, events[i]))
                continue;
            left.Add(events[i]);
            positions.Add(position);
            types.Add(events[i].Type);
        }
        if (left.Count == events.Length)
            return segment;

        var body = new ArrayBufferWriter<byte>();
        SegmentWriter.Body(left, body);
        return segment with
        {
            Removed = Removed(segment, events, left, positions, proof),
            Body = body.WrittenMemory,
            MinTime = left.Min(e => e.At),
            MaxTime = left.Max(e => e.At),
            Types = [.. segment.Types.Where(type => label(type) is { } text && types.Contains(text))],
            HasOddEscapes = left.Exists(e => e.HasOddEscape),
        };
    }

    private static RemovedEvents Removed(LogSegment segment, ReadOnlySpan<CeleryEvent> events, List<CeleryEvent> left, List<long> positions, RemovalProof proof)
    {
        var runs = Runs(segment, positions);
        if (proof == RemovalProof.Seal || segment.Removed?.Seal is not null)
        {
            var seal = HashChain.Seal(segment.Chain, CollectionsMarshal.AsSpan(positions), [.. left.Select(e => e.Digest)]);
            return new RemovedEvents(segment.FirstPosition, segment.Count, runs, null, seal);
        }
        var before = new EventDigest[events.Length];
        for (var i = 0; i < before.Length; i++)
            before[i] = events[i].Digest;
        var all = segment.Removed?.Weave(segment.FirstPosition, before) ?? before;
        var gone = runs.SelectMany(run => all[(int)(run.First - segment.FirstPosition)..(int)(run.Last + 1 - segment.FirstPosition)]).ToArray();
        return new RemovedEvents(segment.FirstPosition, segment.Count, runs, MemoryMarshal.AsBytes(gone.AsSpan()).ToArray(), null);
    }

    private static List<PositionRun> Runs(LogSegment segment, List<long> left)
    {
        var (runs, next) = (new List<PositionRun>(), segment.FirstPosition);
        foreach (var position in left.Append(segment.LastPosition + 1))
        {
            if (next < position)
                runs.Add(new PositionRun(next, position - 1));
            next = position + 1;
        }
        return runs;
    }
}

/// <summary>What proves a segment of which events were taken out.</summary>
public enum RemovalProof
{
    /// <summary>The digests of what went: the chain is proved in full. 32 bytes an event.</summary>
    Digests,

    /// <summary>A seal over what stayed, at its positions; the link behind the segment is trusted. 32 bytes a segment.</summary>
    Seal,
}
