using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using EventHistory.Core.Celery;

namespace EventHistory.Core.Log;

/// <summary>
/// Events → the body of a segment, a JSON array with one event a line, and the next link of the hash chain:
/// SHA-256 over the link before and the SHA-256 of each event's bytes, in position order.
/// </summary>
public static class SegmentWriter
{
    public const int ChainBytes = SHA256.HashSizeInBytes;

    public static string Body(IReadOnlyList<CeleryEvent> events)
    {
        var length = 2;
        foreach (var e in events)
            length += e.Json.Length + 2;
        var bytes = ArrayPool<byte>.Shared.Rent(length);
        var at = 0;
        bytes[at++] = (byte)'[';
        for (var i = 0; i < events.Count; i++)
        {
            if (i > 0)
            {
                bytes[at++] = (byte)',';
                bytes[at++] = (byte)'\n';
            }
            events[i].Json.Span.CopyTo(bytes.AsSpan(at));
            at += events[i].Json.Length;
        }
        bytes[at++] = (byte)']';
        var body = Encoding.UTF8.GetString(bytes, 0, at);
        ArrayPool<byte>.Shared.Return(bytes);
        return body;
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
