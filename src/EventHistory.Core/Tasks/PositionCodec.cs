using System.Buffers;

namespace EventHistory.Core.Tasks;

/// <summary>
/// Positions as bytes for <c>task.positions</c>: the first, then the distance of each to the one before, as 7-bit variable-length
/// integers, the lowest bits first. Four events take some 10 bytes. The same in SQL is <c>eventhistory.positions(bytea)</c>.
/// </summary>
public static class PositionCodec
{
    /// <param name="positions">Ascending.</param>
    public static void Write(IReadOnlyList<long> positions, IBufferWriter<byte> to)
    {
        var bytes = to.GetSpan(Math.Max(1, positions.Count * Varint.MaxBytes));
        var length = 0;
        long last = 0;
        for (var i = 0; i < positions.Count; i++)
        {
            Varint.Write(bytes, ref length, (ulong)(positions[i] - last));
            last = positions[i];
        }
        to.Advance(length);
    }

    public static long[] Read(ReadOnlySpan<byte> bytes)
    {
        var count = 0;
        foreach (var part in bytes)
            count += part < 0x80 ? 1 : 0;
        var positions = new long[count];
        long last = 0;
        for (var (i, at) = (0, 0); i < count; i++)
        {
            last += (long)Varint.Read(bytes, ref at);
            positions[i] = last;
        }
        return positions;
    }
}
