using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace EventHistory.Core.Retention;

/// <summary>
/// Which tasks were pruned, 8 bytes each: a hash of the key, in order, in chunks that are found by their first. Of a thousand million of
/// pruned tasks, one question in 18 thousand million about any other is answered wrongly.
/// </summary>
public static class PrunedKeys
{
    /// <summary>Of a chunk: 8 kB, so that one look-up reads little.</summary>
    public const int PerChunk = 1024;

    public static long Of(Guid key)
    {
        var halves = MemoryMarshal.Cast<Guid, ulong>(new ReadOnlySpan<Guid>(in key));
        return (long)Mix.Bits(halves[0] ^ Mix.Bits(halves[1] + 0x9E37_79B9_7F4A_7C15));
    }

    /// <param name="sorted">Ascending.</param>
    public static byte[] Pack(ReadOnlySpan<long> sorted)
    {
        var chunk = new byte[sorted.Length * sizeof(long)];
        for (var i = 0; i < sorted.Length; i++)
            BinaryPrimitives.WriteInt64BigEndian(chunk.AsSpan(i * sizeof(long)), sorted[i]);
        return chunk;
    }

    public static bool Holds(ReadOnlySpan<byte> chunk, long key)
    {
        var (low, high) = (0, chunk.Length / sizeof(long));
        while (low < high)
        {
            var middle = (low + high) / 2;
            var found = BinaryPrimitives.ReadInt64BigEndian(chunk[(middle * sizeof(long))..]);
            if (found == key)
                return true;
            (low, high) = found < key ? (middle + 1, high) : (low, middle);
        }
        return false;
    }

    public static void Unpack(ReadOnlySpan<byte> chunk, List<long> keys)
    {
        for (; chunk.Length >= sizeof(long); chunk = chunk[sizeof(long)..])
            keys.Add(BinaryPrimitives.ReadInt64BigEndian(chunk));
    }
}
