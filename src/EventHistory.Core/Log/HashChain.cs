using System.Runtime.InteropServices;
using System.Security.Cryptography;
using EventHistory.Core.Celery;

namespace EventHistory.Core.Log;

/// <summary>
/// What makes the log provable: each link is the SHA-256 of the link before and of the SHA-256 of each event that it
/// covers, in position order. Whoever knows one link can tell whether anything before it was changed.
/// </summary>
public static class HashChain
{
    public const int LinkBytes = SHA256.HashSizeInBytes;

    /// <summary>The link before the first event of a log.</summary>
    public static byte[] Start() => new byte[LinkBytes];

    public static byte[] Next(ReadOnlySpan<byte> before, ReadOnlySpan<EventDigest> events)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(before);
        hash.AppendData(MemoryMarshal.AsBytes(events)); // at once: a call costs more than the 32 bytes of one digest
        return hash.GetHashAndReset();
    }

    /// <summary>The last link that ends at or before a position inside a segment.</summary>
    /// <param name="segment">That it is what it says is taken on trust.</param>
    /// <param name="before">The link before the segment.</param>
    /// <param name="position">Of an event of the segment.</param>
    /// <returns>The link, and the position of the last event that it covers.</returns>
    public static (long Position, byte[] Link, DateTime? RecordedAt) At(LogSegment segment, byte[] before, long position)
    {
        var events = new List<ReadOnlyMemory<byte>>(segment.Count);
        SegmentReader.Split(segment.Body, segment.Count, events);
        var digests = events.ConvertAll(e => EventDigest.Of(e.Span));
        var (end, link, recordedAt) = (segment.FirstPosition - 1, before, default(DateTime?));
        foreach (var part in segment.Parts)
        {
            if (end + part.Count > position)
                break;
            link = Next(link, CollectionsMarshal.AsSpan(digests).Slice((int)(end + 1 - segment.FirstPosition), part.Count));
            (end, recordedAt) = (end + part.Count, part.RecordedAt);
        }
        return (end, link, recordedAt);
    }
}
