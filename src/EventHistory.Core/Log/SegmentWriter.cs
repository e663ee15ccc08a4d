using System.Buffers;
using System.Security.Cryptography;
using EventHistory.Core.Celery;

namespace EventHistory.Core.Log;

/// <summary>
/// Events → the body of a segment, a JSON array with one event a line, and the next link of the hash chain:
/// SHA-256 over the link before and the SHA-256 of each event's bytes, in position order.
/// </summary>
public static class SegmentWriter
{
    public const int ChainBytes = SHA256.HashSizeInBytes;

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

    public static byte[] Chain(byte[] before, IReadOnlyList<CeleryEvent> events)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(before);
        foreach (var e in events)
        {
            var digest = e.Digest;
            hash.AppendData(digest);
        }
        return hash.GetHashAndReset();
    }
}
