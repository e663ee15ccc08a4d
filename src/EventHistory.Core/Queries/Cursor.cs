using System.Buffers.Binary;
using System.Buffers.Text;

namespace EventHistory.Core.Queries;

/// <summary>
/// A place in a list of tasks: behind a row, or before it. Opaque to callers; it stays right while tasks come in, because it names a place and not a
/// count.
/// </summary>
/// <param name="IsBackward">The page is the one that ends before this row.</param>
/// <param name="Value">What the row is sorted by: ticks of a time, or the bits of a number of seconds; see <see cref="Time"/> and <see cref="Seconds"/>.</param>
/// <param name="Key">Of its task.</param>
public readonly record struct Cursor(TaskOrder Order, bool IsBackward, long Value, Guid Key, int SourceId)
{
    private const int Size = 1 + 8 + 16 + 4;
    private const int Length = 39;
    private const int Descending = 0x10;
    private const int Backward = 0x20;

    public DateTime Time => new(Value, DateTimeKind.Utc);

    public double Seconds => BitConverter.Int64BitsToDouble(Value);

    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[Size];
        bytes[0] = (byte)((int)Order.Sort | (Order.IsDescending ? Descending : 0) | (IsBackward ? Backward : 0));
        BinaryPrimitives.WriteInt64BigEndian(bytes[1..], Value);
        Key.TryWriteBytes(bytes[9..], bigEndian: true, out _);
        BinaryPrimitives.WriteInt32BigEndian(bytes[25..], SourceId);
        return Base64Url.EncodeToString(bytes);
    }

    /// <returns>Null when the text is not a cursor that <see cref="ToString"/> made for a list in this order.</returns>
    public static Cursor? Parse(string text, TaskOrder order)
    {
        Span<byte> bytes = stackalloc byte[Size];
        if (text.Length != Length || !Base64Url.IsValid(text) || !Base64Url.TryDecodeFromChars(text, bytes, out var written) || written != Size)
            return null;
        var cursor = new Cursor(new TaskOrder((TaskSort)(bytes[0] & 0x0F), (bytes[0] & Descending) != 0), (bytes[0] & Backward) != 0,
            BinaryPrimitives.ReadInt64BigEndian(bytes[1..]), new Guid(bytes[9..25], bigEndian: true), BinaryPrimitives.ReadInt32BigEndian(bytes[25..]));
        return cursor.Order == order && cursor.ToString() == text && cursor.HasValue ? cursor : null;
    }

    private bool HasValue => Order.IsByTime ? Value >= 0 && Value <= DateTime.MaxValue.Ticks : double.IsFinite(Seconds);
}
