using System.IO.Compression;
using System.Text;
using EventHistory.Core.Celery;

namespace EventHistory.Core.Tests.Celery;

public sealed class MessageTests
{
    private const string Json = """{"type":"task-sent","name":"größe"}""";

    private static string? Reason(string? contentType, string? contentEncoding, string? compression, byte[] body, int events = 0)
    {
        var decoded = new List<CeleryEvent>();
        var rejection = Message.Decode(contentType, contentEncoding, compression, body, decoded);
        Assert.Equal(rejection is null ? 1 : events, decoded.Count);
        Assert.All(decoded, e => Assert.Equal("größe", e.Name));
        return rejection?.Reason;
    }

    private static string Unreadable(string compression) =>
        $"The body is compressed as {compression}, and could not be read: zlib (application/x-gzip) and brotli can.";

    private static byte[] Pack(Func<Stream, Stream> compressor)
    {
        using var packed = new MemoryStream();
        using (var stream = compressor(packed))
            stream.Write(Given.Utf8(Json));
        return packed.ToArray();
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("application/json; charset=utf-8")]
    [InlineData("APPLICATION/JSON")]
    [InlineData("application/x-yaml")] // JSON is YAML
    [InlineData("application/x-msgpack")]
    [InlineData("text/plain")]
    [InlineData(null)]
    public void JSON_is_read_whatever_its_label(string? contentType) => Assert.Null(Reason(contentType, "utf-8", null, Given.Utf8(Json)));

    [Theory]
    [InlineData("application/x-yaml", "type: task-sent\nname: größe\n")]
    [InlineData("application/x-msgpack", "\u0081¤type©task-sent")]
    public void What_another_content_type_means_is_rejected_with_the_setting_to_change(string contentType, string body)
    {
        var reason = Reason(contentType, "utf-8", null, Given.Utf8(body))!;
        Assert.StartsWith($"The content type is {contentType}, and read as JSON: The body is not JSON: ", reason, StringComparison.Ordinal);
        Assert.EndsWith(" Set event_serializer = 'json'.", reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("application/x-python-serialize")]
    [InlineData("Application/X-Python-Serialize")]
    [InlineData("pickle")]
    public void Pickle_is_never_opened(string contentType) => Assert.Equal(
        "Pickle is never opened, reading it can run code: set event_serializer = 'json'.",
        Reason(contentType, "binary", null, Given.Utf8(Json)));

    [Theory]
    [InlineData("utf-8")]
    [InlineData("UTF_8")]
    [InlineData("utf8")]
    [InlineData("utf-8-sig")]
    [InlineData("binary")]
    [InlineData("")]
    [InlineData(null)]
    public void UTF8_has_many_names(string? contentEncoding) => Assert.Null(Reason("application/json", contentEncoding, null, Given.Utf8(Json)));

    [Theory]
    [InlineData("latin-1")]
    [InlineData("latin1")]
    [InlineData("ISO-8859-1")]
    public void Latin_1_is_read(string contentEncoding) => Assert.Null(Reason("application/json", contentEncoding, null, Encoding.Latin1.GetBytes(Json)));

    [Fact]
    public void UTF16_is_read() => Assert.Null(Reason("application/json", "utf-16", null, Encoding.Unicode.GetBytes(Json)));

    [Theory]
    [InlineData("utf-7")]
    [InlineData("klingon")]
    [InlineData("\0")]
    public void An_unknown_character_set_is_rejected(string contentEncoding) => Assert.Equal(
        $"The character set {contentEncoding} is unknown: events are UTF-8.",
        Reason("application/json", contentEncoding, null, Given.Utf8(Json)));

    [Theory]
    [InlineData("application/x-gzip")] // what kombu calls gzip is zlib
    [InlineData("zlib")]
    public void A_zlib_body_is_read(string compression) =>
        Assert.Null(Reason("application/json", "utf-8", compression, Pack(to => new ZLibStream(to, CompressionLevel.Optimal, leaveOpen: true))));

    [Fact]
    public void A_brotli_body_is_read() =>
        Assert.Null(Reason("application/json", "utf-8", "application/x-brotli", Pack(to => new BrotliStream(to, CompressionLevel.Optimal, leaveOpen: true))));

    [Theory]
    [InlineData("application/x-gzip")]
    [InlineData("application/x-brotli")]
    [InlineData("application/zstd")]
    [InlineData("application/x-bz2")]
    [InlineData("")]
    public void What_cannot_be_inflated_is_rejected(string compression) =>
        Assert.Equal(Unreadable(compression), Reason("application/json", "utf-8", compression, Given.Utf8(Json)));

    [Theory]
    [InlineData("application/x-gzip")]
    [InlineData("application/x-brotli")]
    public void A_damaged_compressed_body_never_throws(string compression)
    {
        var packed = Pack(to => compression == "application/x-gzip"
            ? new ZLibStream(to, CompressionLevel.Optimal, leaveOpen: true)
            : new BrotliStream(to, CompressionLevel.Optimal, leaveOpen: true));
        var random = new Random(1);
        for (var i = 0; i < 2000; i++)
        {
            var damaged = packed[..random.Next(packed.Length + 1)];
            if (damaged.Length > 0)
                damaged[random.Next(damaged.Length)] ^= (byte)random.Next(256);
            Message.Decode("application/json", "utf-8", compression, damaged, []);
        }
    }

    [Fact]
    public void A_body_that_inflates_beyond_measure_is_rejected()
    {
        using var packed = new MemoryStream();
        using (var stream = new BrotliStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            for (var i = 0; i <= Message.MaxInflatedBytes; i += 1 << 20)
                stream.Write(new byte[1 << 20]);
        }
        Assert.Equal(Unreadable("brotli"), Reason("application/json", "utf-8", "brotli", packed.ToArray()));
    }

    [Fact]
    public void The_readable_events_of_a_list_are_kept_under_any_label() =>
        Assert.Contains("element 1", Reason("text/plain", "utf-8", null, Given.Utf8($"[{Json},1]"), events: 1), StringComparison.Ordinal);
}
