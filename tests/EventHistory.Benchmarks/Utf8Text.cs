using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace EventHistory.Benchmarks;

/// <summary>Text that grows in a buffer of a fixed size, as UTF-8 and in the invariant culture: <c>text.Add($"number {n}")</c>.</summary>
/// <param name="size">Bytes; more than that is refused by an <see cref="ArgumentException"/>.</param>
internal sealed class Utf8Text(int size)
{
    private readonly byte[] _bytes = new byte[size];
    private int _length;

    public void Clear() => _length = 0;

    public byte[] ToArray() => _bytes.AsSpan(0, _length).ToArray();

    public void Add(string text) => _length += Encoding.UTF8.GetBytes(text, _bytes.AsSpan(_length));

    public void Add(ReadOnlySpan<byte> text)
    {
        text.CopyTo(_bytes.AsSpan(_length));
        _length += text.Length;
    }

#pragma warning disable CA1822, IDE0060 // the handler has added it already
    public void Add([InterpolatedStringHandlerArgument("")] Pieces pieces)
    {
    }
#pragma warning restore CA1822, IDE0060

    private void AddValue<T>(T value, ReadOnlySpan<char> format)
        where T : IUtf8SpanFormattable
    {
        if (!value.TryFormat(_bytes.AsSpan(_length), out var written, format, CultureInfo.InvariantCulture))
            throw new ArgumentException($"It does not fit into {_bytes.Length} bytes.", nameof(value));
        _length += written;
    }

    [InterpolatedStringHandler]
#pragma warning disable CS9113 // the compiler gives two lengths to whoever wants to allocate
    internal readonly ref struct Pieces(int literalLength, int formattedCount, Utf8Text text)
#pragma warning restore CS9113
    {
        public void AppendLiteral(string literal) => text.Add(literal);

        public void AppendFormatted(string value) => text.Add(value);

        public void AppendFormatted<T>(T value)
            where T : IUtf8SpanFormattable => text.AddValue(value, default);

        public void AppendFormatted<T>(T value, string format)
            where T : IUtf8SpanFormattable => text.AddValue(value, format);
    }
}
