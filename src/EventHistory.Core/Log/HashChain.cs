using System.Buffers.Binary;
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

    /// <summary>
    /// What proves the rest of a segment most of which was taken out: the SHA-256 of the link behind it and, of each event that is left, its
    /// position (8 bytes, the highest first) and its SHA-256.
    /// </summary>
    public static byte[] Seal(ReadOnlySpan<byte> link, ReadOnlySpan<long> positions, ReadOnlySpan<EventDigest> events)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(link);
        Span<byte> place = stackalloc byte[sizeof(long)];
        for (var i = 0; i < positions.Length; i++)
        {
            BinaryPrimitives.WriteInt64BigEndian(place, positions[i]);
            hash.AppendData(place);
            hash.AppendData(MemoryMarshal.AsBytes(events.Slice(i, 1)));
        }
        return hash.GetHashAndReset();
    }

    /// <summary>The last link that ends at or before a position inside a segment; of one with a seal, the one before it.</summary>
    /// <param name="segment">That it is what it says is taken on trust.</param>
    /// <param name="before">The link before the segment.</param>
    /// <param name="position">Of an event of the segment.</param>
    /// <returns>The link, and the position of the last event that it covers.</returns>
    public static (long Position, byte[] Link, DateTime? RecordedAt) At(LogSegment segment, byte[] before, long position)
    {
        var events = new List<ReadOnlyMemory<byte>>(segment.Left);
        SegmentReader.Split(segment.Body, segment.Left, events);
        var left = events.Select(e => EventDigest.Of(e.Span)).ToArray();
        var (end, link, recordedAt) = (segment.FirstPosition - 1, before, default(DateTime?));
        if (segment.Removed?.Seal is not null)
            return (end, link, recordedAt);
        var digests = segment.Removed?.Weave(segment.FirstPosition, left) ?? left;
        foreach (var part in segment.Parts)
        {
            if (end + part.Count > position)
                break;
            link = Next(link, digests.AsSpan((int)(end + 1 - segment.FirstPosition), part.Count));
            (end, recordedAt) = (end + part.Count, part.RecordedAt);
        }
        return (end, link, recordedAt);
    }
}
