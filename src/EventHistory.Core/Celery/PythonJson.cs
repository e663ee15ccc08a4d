using System.Buffers;

namespace EventHistory.Core.Celery;

/// <summary>
/// Python's json writes <c>NaN</c>, <c>Infinity</c> and <c>-Infinity</c>, which the JSON standard does not have and
/// PostgreSQL refuses. A message that holds them is read with these words in quotes: the one change ever made to an
/// event's bytes.
/// </summary>
internal static class PythonJson
{
    /// <returns>The body with the words quoted, or null when it holds none outside strings.</returns>
    public static ReadOnlyMemory<byte>? QuoteNonFinite(ReadOnlyMemory<byte> body)
    {
        var json = body.Span;
        var quoted = new ArrayBufferWriter<byte>(json.Length + 16);
        int copied = 0, length;
        var inString = false;
        for (var at = 0; at < json.Length; at += length)
        {
            length = inString ? 0 : WordAt(json[at..]);
            if (length > 0)
            {
                quoted.Write(json[copied..at]);
                quoted.Write("\""u8);
                quoted.Write(json.Slice(at, length));
                quoted.Write("\""u8);
                copied = at + length;
                continue;
            }
            length = inString && json[at] == '\\' ? 2 : 1;
            if (json[at] == '"')
                inString = !inString;
        }
        if (copied == 0)
            return default(ReadOnlyMemory<byte>?);
        quoted.Write(json[copied..]);
        return quoted.WrittenMemory;
    }

    private static int WordAt(ReadOnlySpan<byte> json) => json[0] switch
    {
        (byte)'N' when json.StartsWith("NaN"u8) => 3,
        (byte)'I' when json.StartsWith("Infinity"u8) => 8,
        (byte)'-' when json.StartsWith("-Infinity"u8) => 9,
        _ => 0,
    };
}
