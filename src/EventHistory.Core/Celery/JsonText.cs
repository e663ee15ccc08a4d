using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace EventHistory.Core.Celery;

/// <summary>
/// JSON strings as text that PostgreSQL can hold. Two things are legal in JSON and in no UTF-8 text column: U+0000 and
/// a surrogate without its partner. Both are kept as the six characters of their JSON escape (<c>\u0000</c>,
/// <c>\ud800</c>), so they are seen, found and distinct; the log itself keeps the sender's bytes.
/// </summary>
public static class JsonText
{
    /// <summary>The text of the reader's current string value or property name.</summary>
    public static string Read(ref Utf8JsonReader reader)
    {
        if (!reader.ValueIsEscaped)
            return SharedText.Of(reader.ValueSpan);
        var rented = ArrayPool<byte>.Shared.Rent(reader.ValueSpan.Length);
        var text = Encoding.UTF8.GetString(rented.AsSpan(0, Unescape(reader.ValueSpan, rented)));
        ArrayPool<byte>.Shared.Return(rented);
        return text;
    }

    /// <summary>The same rule for a text that did not come as JSON, such as an id in a URL.</summary>
    public static string Storable(string text)
    {
        if (!text.Contains('\0') && !text.AsSpan().ContainsAnyInRange('\ud800', '\udfff'))
            return text;
        var result = new StringBuilder(text.Length + 16);
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
                result.Append(text[i]).Append(text[++i]);
            else if (text[i] == '\0' || char.IsSurrogate(text[i]))
                result.Append(CultureInfo.InvariantCulture, $"\\u{(int)text[i]:x4}");
            else
                result.Append(text[i]);
        }
        return result.ToString();
    }

    /// <summary>True when the JSON holds an escape that PostgreSQL's own JSON functions refuse to read.</summary>
    public static bool HasOddEscape(ReadOnlySpan<byte> json)
    {
        while (json.IndexOf("\\u"u8) is >= 0 and int at)
        {
            var escaped = TrailingBackslashes(json[..at]) % 2 == 1; // the backslash itself is escaped: plain text follows
            var length = 2;
            if (!escaped && json.Length >= at + 6)
            {
                var unit = Hex(json.Slice(at + 2, 4));
                var paired = char.IsHighSurrogate(unit) && IsLowEscape(json[(at + 6)..]);
                if (unit == '\0' || (char.IsSurrogate(unit) && !paired))
                    return true;
                length = paired ? 12 : 6;
            }
            json = json[(at + length)..];
        }
        return false;
    }

    private static int TrailingBackslashes(ReadOnlySpan<byte> json)
    {
        var count = 0;
        while (count < json.Length && json[^(count + 1)] == '\\')
            count++;
        return count;
    }

    private static bool IsLowEscape(ReadOnlySpan<byte> json) =>
        json.Length >= 6 && json.StartsWith("\\u"u8) && char.IsLowSurrogate(Hex(json.Slice(2, 4)));

    /// <summary>What stands between the quotes of a JSON string, as storable UTF-8; never longer than it was.</summary>
    /// <returns>How many bytes were written.</returns>
    internal static int Unescape(ReadOnlySpan<byte> json, Span<byte> utf8)
    {
        var length = 0;
        while (json.Length > 0)
        {
            var plain = json.IndexOf((byte)'\\');
            if (plain < 0)
                plain = json.Length;
            json[..plain].CopyTo(utf8[length..]);
            length += plain;
            json = json[plain..];
            if (json.Length == 0)
                break;
            if (json[1] != 'u')
            {
                utf8[length++] = Simple(json[1]);
                json = json[2..];
                continue;
            }
            var unit = Hex(json.Slice(2, 4));
            var paired = char.IsHighSurrogate(unit) && IsLowEscape(json[6..]);
            if (paired)
                length += new Rune(unit, Hex(json.Slice(8, 4))).EncodeToUtf8(utf8[length..]);
            else if (unit == '\0' || char.IsSurrogate(unit))
                length += Encoding.UTF8.GetBytes($"\\u{(int)unit:x4}", utf8[length..]);
            else
                length += new Rune(unit).EncodeToUtf8(utf8[length..]);
            json = json[(paired ? 12 : 6)..];
        }
        return length;
    }

    private static byte Simple(byte escape) => (char)escape switch
    {
        'b' => (byte)'\b',
        'f' => (byte)'\f',
        'n' => (byte)'\n',
        'r' => (byte)'\r',
        't' => (byte)'\t',
        _ => escape,
    };

    private static char Hex(ReadOnlySpan<byte> digits) =>
        ushort.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var unit) ? (char)unit : '?';
}
