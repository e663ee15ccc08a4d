using System.Buffers;
using EventHistory.Core.Celery;

namespace EventHistory.Core.Log;

/// <summary>Events → the body of a segment, a JSON array with one event a line, and the next link of the <see cref="HashChain"/>.</summary>
public static class SegmentWriter
{
    public const int ChainBytes = HashChain.LinkBytes;

    public static void Body(IReadOnlyList<CeleryEvent> events, IBufferWriter<byte> body)
    {
        body.Write("["u8);
        for (var i = 0; i < events.Count; i++)
        {
            if (i > 0)
                body.Write(",\n"u8);
            body.Write(events[i].Json.Span);
        }
        body.Write("]"u8);
    }

    /// <summary>How long the body of so many events is.</summary>
    public static int BodyBytes(int events, int bytes) => bytes + (2 * Math.Max(0, events - 1)) + 2;

    public static byte[] Chain(byte[] before, IReadOnlyList<CeleryEvent> events)
    {
        var digests = ArrayPool<EventDigest>.Shared.Rent(events.Count);
        for (var i = 0; i < events.Count; i++)
            digests[i] = events[i].Digest;
        var link = HashChain.Next(before, digests.AsSpan(0, events.Count));
        ArrayPool<EventDigest>.Shared.Return(digests);
        return link;
    }
}
