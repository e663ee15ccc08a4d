using System.IO.Compression;
using System.Text;

namespace EventHistory.Core.Celery;

/// <summary>
/// A message as the broker delivered it → its events. JSON in UTF-8 is what Celery sends; other content types are tried
/// as JSON too, since their label may be wrong, and pickle is never opened: reading it can run code.
/// </summary>
public static class Message
{
    /// <summary>A compressed body may not grow beyond this.</summary>
    public const int MaxInflatedBytes = 64 * 1024 * 1024;

    /// <param name="contentType">Property <c>content_type</c>; null if none.</param>
    /// <param name="contentEncoding">Property <c>content_encoding</c>: the body's character set; null if none.</param>
    /// <param name="compression">Header <c>compression</c>, as kombu names it; null if none.</param>
    /// <param name="body">Its bytes; the events keep slices of them.</param>
    /// <param name="events">Takes the events.</param>
    /// <param name="pool">Gives the events; null: they are new.</param>
    /// <returns>Null when everything was read; else why not.</returns>
    public static Rejection? Decode(
        string? contentType, string? contentEncoding, string? compression, ReadOnlyMemory<byte> body, List<CeleryEvent> events, EventPool? pool = null)
    {
        if (contentType?.ToLowerInvariant() is "application/x-python-serialize" or "pickle")
            return new Rejection("Pickle is never opened, reading it can run code: set event_serializer = 'json'.");
        var inflated = Inflate(compression, body);
        if (inflated is null)
            return new Rejection($"The body is compressed as {compression}, and could not be read: zlib (application/x-gzip) and brotli can.");
        if (Utf8Of(contentEncoding, inflated.Value) is not { } json)
            return new Rejection($"The character set {contentEncoding} is unknown: events are UTF-8.");
        var rejection = EventDecoder.Decode(json, events, pool);
        return rejection is null || IsJson(contentType)
            ? rejection
            : new Rejection($"The content type is {contentType}, and read as JSON: {rejection.Reason} Set event_serializer = 'json'.");
    }

    private static bool IsJson(string? contentType) =>
        contentType is null || contentType.StartsWith("application/json", StringComparison.OrdinalIgnoreCase);

    private static ReadOnlyMemory<byte>? Utf8Of(string? contentEncoding, ReadOnlyMemory<byte> body)
    {
        var name = contentEncoding?.ToLowerInvariant().Replace('_', '-'); // Python spells them freely
        if (name is null or "" or "utf-8" or "utf8" or "utf-8-sig" or "binary" or "ascii" or "us-ascii")
            return body;
        try
        {
            var encoding = name is "latin-1" ? Encoding.Latin1 : Encoding.GetEncoding(name);
            return Encoding.UTF8.GetBytes(encoding.GetString(body.Span));
        }
        catch (Exception error) when (error is ArgumentException or NotSupportedException) // UTF-7 is known, and refused
        {
            return null;
        }
    }

    private static ReadOnlyMemory<byte>? Inflate(string? compression, ReadOnlyMemory<byte> body)
    {
        if (compression is null)
            return body;
        using var source = new MemoryStream(body.ToArray());
        using Stream? inflater = compression switch
        {
            "application/x-gzip" or "gzip" or "zlib" => new ZLibStream(source, CompressionMode.Decompress), // kombu says gzip and means zlib
            "application/x-brotli" or "brotli" => new BrotliStream(source, CompressionMode.Decompress),
            _ => null,
        };
        if (inflater is null)
            return null;
        try
        {
            using var inflated = new MemoryStream();
            var chunk = new byte[64 * 1024];
            for (int read; (read = inflater.Read(chunk)) > 0;)
            {
                if (inflated.Length + read > MaxInflatedBytes)
                    return null;
                inflated.Write(chunk, 0, read);
            }
            return inflated.ToArray();
        }
        catch (Exception error) when (error is InvalidDataException or InvalidOperationException or IOException) // zlib, brotli, zlib
        {
            return null;
        }
    }
}
