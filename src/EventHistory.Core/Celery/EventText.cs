using System.Buffers;
using System.Text;

namespace EventHistory.Core.Celery;

/// <summary>
/// A text as its bytes stood in a message: decoded when somebody asks for it, so that most texts go from the broker to the
/// database without ever being a string. The default value stands for "there is none".
/// </summary>
public readonly struct EventText
{
    private readonly ReadOnlyMemory<byte> _bytes;
    private readonly Form _form;

    private enum Form : byte { None, Plain, Escaped }

    private EventText(ReadOnlyMemory<byte> bytes, Form form) => (_bytes, _form) = (bytes, form);

    /// <param name="json">What stands between the quotes of a JSON string, valid UTF-8.</param>
    /// <param name="escaped">Whether it holds escapes.</param>
    public static EventText OfJson(ReadOnlyMemory<byte> json, bool escaped) => new(json, escaped ? Form.Escaped : Form.Plain);

    /// <param name="utf8">The text itself.</param>
    public static EventText OfUtf8(ReadOnlyMemory<byte> utf8) => new(utf8, Form.Plain);

    public static EventText Of(string? text) => text is null ? default : OfUtf8(Encoding.UTF8.GetBytes(text));

    public bool IsNone => _form == Form.None;

    public bool IsEmpty => _bytes.IsEmpty;

    /// <summary>Enough room, in bytes, for <see cref="CopyTo"/>.</summary>
    public int MaxBytes => _bytes.Length;

    /// <summary>Its bytes as they stood in the message, or the text itself.</summary>
    internal ReadOnlyMemory<byte> Raw => _bytes;

    /// <summary>A part of its bytes, which must not begin or end inside of an escape.</summary>
    internal EventText Slice(int start, int? length = null) => new(length is { } n ? _bytes.Slice(start, n) : _bytes[start..], _form);

    /// <summary>Other bytes, written as these are.</summary>
    internal EventText With(ReadOnlyMemory<byte> bytes) => new(bytes, _form);

    /// <summary>Its bytes if they are the text itself; false if they hold escapes.</summary>
    public bool TryGetPlain(out ReadOnlySpan<byte> utf8)
    {
        utf8 = _bytes.Span;
        return _form == Form.Plain;
    }

    /// <summary>Writes the text as UTF-8, storable in PostgreSQL (see <see cref="JsonText"/>).</summary>
    /// <returns>How many bytes that is.</returns>
    public int CopyTo(Span<byte> utf8)
    {
        if (_form == Form.Escaped)
            return JsonText.Unescape(_bytes.Span, utf8);
        _bytes.Span.CopyTo(utf8);
        return _bytes.Length;
    }

    /// <summary>The same text in memory of its own, so that the message it came in can be forgotten.</summary>
    public EventText Detached() => _bytes.IsEmpty ? this : new(_bytes.ToArray(), _form);

    /// <summary>True if the text holds three dots in a row somewhere; may be true also if an escape might stand for one.</summary>
    public bool MayHoldDots() => _bytes.Span.IndexOf("..."u8) >= 0 || (_form == Form.Escaped && _bytes.Span.IndexOf("\\u002"u8) >= 0);

    /// <summary>The text; of a long one its beginning and its end, on two lines. Null if there is none.</summary>
    /// <param name="most">So many bytes of each.</param>
    public string? Excerpt(int most)
    {
        if (MaxBytes <= 2 * most)
            return Text();
        var rented = ArrayPool<byte>.Shared.Rent(MaxBytes);
        var text = rented.AsSpan(0, CopyTo(rented));
        var excerpt = text.Length <= 2 * most
            ? Encoding.UTF8.GetString(text)
            : $"{Encoding.UTF8.GetString(text[..most])}\n{Encoding.UTF8.GetString(text[^most..])}"; // a character that is cut becomes U+FFFD
        ArrayPool<byte>.Shared.Return(rented);
        return excerpt;
    }

    /// <summary>The text; null if there is none.</summary>
    public string? Text()
    {
        if (_form != Form.Escaped)
            return _form == Form.None ? null : Encoding.UTF8.GetString(_bytes.Span);
        var rented = ArrayPool<byte>.Shared.Rent(MaxBytes);
        var text = Encoding.UTF8.GetString(rented.AsSpan(0, CopyTo(rented)));
        ArrayPool<byte>.Shared.Return(rented);
        return text;
    }
}
