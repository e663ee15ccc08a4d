using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;

namespace EventHistory.Core.Celery;

/// <summary>SHA-256 of one event's bytes: the leaf of the log's hash chain, and the last word when two events tie.</summary>
[InlineArray(SHA256.HashSizeInBytes)]
public struct EventDigest
{
    private byte _first;

    public static EventDigest Of(ReadOnlySpan<byte> json)
    {
        EventDigest digest = default;
        SHA256.HashData(json, digest);
        return digest;
    }

    /// <summary>The first four bytes: enough to order events that agree in everything else.</summary>
    public readonly uint Fingerprint() => BinaryPrimitives.ReadUInt32BigEndian(this);
}
