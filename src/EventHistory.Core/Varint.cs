namespace EventHistory.Core;

/// <summary>
/// Whole numbers in as few bytes as they need: 7 bits a byte, the lowest first, the eighth says that more follow. Numbers that can be
/// negative are put in zigzag before: 0, −1, 1, −2, … are 0, 1, 2, 3, …
/// </summary>
internal static class Varint
{
    public const int MaxBytes = 10;

    public static ulong Zigzag(long value) => (ulong)((value << 1) ^ (value >> 63));

    public static long Unzigzag(ulong value) => (long)(value >> 1) ^ -(long)(value & 1);

    /// <summary>Writes a number at a place and moves the place behind it.</summary>
    public static void Write(Span<byte> bytes, ref int at, ulong value)
    {
        for (; value > 0x7F; value >>= 7)
            bytes[at++] = (byte)(value | 0x80);
        bytes[at++] = (byte)value;
    }

    /// <summary>Reads the number at a place and moves the place behind it.</summary>
    /// <exception cref="InvalidDataException">The bytes end in the middle of a number.</exception>
    public static ulong Read(ReadOnlySpan<byte> bytes, ref int at)
    {
        ulong value = 0;
        for (var shift = 0; at < bytes.Length && shift < 7 * MaxBytes; shift += 7)
        {
            var part = bytes[at++];
            value |= (ulong)(part & 0x7F) << shift;
            if (part <= 0x7F)
                return value;
        }
        throw new InvalidDataException("The bytes end in the middle of a number.");
    }
}
