using System.Buffers;

namespace EventHistory.Core.Tasks;

/// <summary>
/// Positions as bytes for <c>task.positions</c>: the first, then the distance of each to the one before, as 7-bit variable-length
/// integers, the lowest bits first. Four events take some 10 bytes. The same in SQL is <c>eventhistory.positions(bytea)</c>.
/// </summary>
public static class PositionCodec
{
    private const int MaxBytes = 10; // of one number

    /// <param name="positions">Ascending.</param>
    public static void Write(IReadOnlyList<long> positions, IBufferWriter<byte> to)
    {
        var bytes = to.GetSpan(Math.Max(1, positions.Count * MaxBytes));
        var length = 0;
        long last = 0;
        for (var i = 0; i < positions.Count; i++)
        {
            var distance = (ulong)(positions[i] - last);
            for (; distance >= 0x80; distance >>= 7)
                bytes[length++] = (byte)(distance | 0x80);
            bytes[length++] = (byte)distance;
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
            for (var shift = 0; ; shift += 7)
            {
                var part = bytes[at++];
                last += (long)(part & 0x7F) << shift;
                if (part < 0x80)
                    break;
            }
            positions[i] = last;
        }
        return positions;
    }
}
