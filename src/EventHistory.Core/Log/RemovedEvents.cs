using System.Runtime.InteropServices;
using EventHistory.Core.Celery;

namespace EventHistory.Core.Log;

/// <summary>
/// What was taken out of a segment, and what proves the rest: the digests of what went, and then every link of the chain follows as
/// before; or, where most went, a seal over what stayed (<see cref="HashChain.Seal"/>).
/// </summary>
public sealed class RemovedEvents
{
    /// <param name="first">The first position of the segment.</param>
    /// <param name="count">How many positions it has.</param>
    /// <param name="runs">Inside of it, in order.</param>
    /// <param name="digests">32 bytes for each event that went, in order; null: there is a seal.</param>
    /// <param name="seal">Null: there are digests.</param>
    public RemovedEvents(long first, int count, IReadOnlyList<PositionRun> runs, byte[]? digests, byte[]? seal)
    {
        (Runs, Digests, Seal) = (runs, digests, seal);
        Left = new long[count - runs.Sum(run => run.Last + 1 - run.First)];
        var (index, position) = (0, first);
        foreach (var run in runs)
        {
            for (; position < run.First; position++)
                Left[index++] = position;
            position = run.Last + 1;
        }
        for (; index < Left.Length; position++)
            Left[index++] = position;
        Count = count - Left.Length;
    }

    public IReadOnlyList<PositionRun> Runs { get; }

    public byte[]? Digests { get; }

    public byte[]? Seal { get; }

    /// <summary>How many events went.</summary>
    public int Count { get; }

    /// <summary>The positions of the events that stayed, in order.</summary>
    public long[] Left { get; }

    /// <summary>The digests of all events that the segment ever had.</summary>
    /// <param name="left">Those of the events that stayed.</param>
    /// <exception cref="InvalidOperationException">There is a seal instead.</exception>
    public EventDigest[] Weave(long first, ReadOnlySpan<EventDigest> left)
    {
        var removed = MemoryMarshal.Cast<byte, EventDigest>(Digests ?? throw new InvalidOperationException("The digests are not kept."));
        var all = new EventDigest[Count + Left.Length];
        var next = 0;
        foreach (var run in Runs)
        {
            for (var position = run.First; position <= run.Last; position++)
                all[position - first] = removed[next++];
        }
        for (var i = 0; i < Left.Length; i++)
            all[Left[i] - first] = left[i];
        return all;
    }

    /// <summary>Those of neighbours that become one segment; null: nothing was taken out of any of them. None has a seal.</summary>
    public static RemovedEvents? Of(IReadOnlyList<LogSegment> segments)
    {
        var removed = segments.Select(s => s.Removed).OfType<RemovedEvents>().ToList();
        return removed.Count == 0 ? null : new RemovedEvents(segments[0].FirstPosition, segments.Sum(s => s.Count), [.. removed.SelectMany(r => r.Runs)],
            [.. removed.SelectMany(r => r.Digests!)], null);
    }
}

/// <summary>Positions without a gap; the last one is of it.</summary>
public readonly record struct PositionRun(long First, long Last);
