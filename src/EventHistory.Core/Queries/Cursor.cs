using System.Buffers.Binary;
using System.Buffers.Text;

namespace EventHistory.Core.Queries;

/// <summary>
/// Where a page of tasks ended: the first-seen time and key of its last row. Opaque to callers; it stays right while
/// tasks come in, because it names a place and not a count.
/// </summary>
public readonly record struct Cursor(DateTime FirstSeen, Guid Key)
{
    private const int Size = 24;

    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[Size];
        BinaryPrimitives.WriteInt64BigEndian(bytes, FirstSeen.Ticks);
        Key.TryWriteBytes(bytes[8..], bigEndian: true, out _);
        return Base64Url.EncodeToString(bytes);
    }

    /// <returns>Null when the text is not a cursor that <see cref="ToString"/> made.</returns>
    public static Cursor? Parse(string text)
    {
        Span<byte> bytes = stackalloc byte[Size];
        if (text.Length != 32 || !Base64Url.IsValid(text) || !Base64Url.TryDecodeFromChars(text, bytes, out var written) || written != Size)
            return null;
        var ticks = BinaryPrimitives.ReadInt64BigEndian(bytes);
        return ticks < 0 || ticks > DateTime.MaxValue.Ticks
            ? null
            : new Cursor(new DateTime(ticks, DateTimeKind.Utc), new Guid(bytes[8..], bigEndian: true));
    }
}
