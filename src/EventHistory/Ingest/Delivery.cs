using System.Globalization;
using System.Text;
using System.Text.Json;
using EventHistory.Core.Celery;
using RabbitMQ.Client;

namespace EventHistory.Ingest;

/// <summary>One message as the stream delivered it. The body is our own copy: the client's buffer lives only as long as its callback.</summary>
internal sealed record Delivery(long Offset, ulong Tag, string RoutingKey, ReadOnlyMemory<byte> Body, string? ContentType, string? ContentEncoding,
    string? Type, string? MessageId, IDictionary<string, object?>? Headers)
{
    public static Delivery Of(ulong tag, string routingKey, IReadOnlyBasicProperties properties, Body body) => new(
        OffsetOf(properties), tag, routingKey, body.Bytes, properties.ContentType, properties.ContentEncoding,
        properties.Type, properties.MessageId, properties.Headers)
    {
        Slab = body.Slab,
    };

    /// <summary>What to release when the body is not needed any more.</summary>
    public BodyMemory.Slab? Slab { get; init; }

    /// <summary>Our own message, see <see cref="StreamMarker"/>: it holds a place in the stream and says nothing.</summary>
    public bool IsMarker => Type == StreamMarker.Type;

    /// <summary>Kombu's header: how the body is compressed.</summary>
    public string? Compression => Headers?.TryGetValue("compression", out var value) == true && value is byte[] text ? Encoding.UTF8.GetString(text) : null;

    /// <summary>What the sender said about the message, as JSON, for <c>rejected_message</c>.</summary>
    public string Properties()
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteString("content_type", Readable(ContentType));
            json.WriteString("content_encoding", Readable(ContentEncoding));
            json.WriteString("type", Readable(Type));
            json.WriteString("message_id", Readable(MessageId));
            json.WriteStartObject("headers");
            foreach (var (name, value) in Headers ?? new Dictionary<string, object?>())
                json.WriteString(Readable(name)!, Readable(value is byte[] text ? Encoding.UTF8.GetString(text) : Convert.ToString(value, CultureInfo.InvariantCulture)));
            json.WriteEndObject();
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private static string? Readable(string? text) => text is null ? null : JsonText.Storable(text);

    private static long OffsetOf(IReadOnlyBasicProperties properties) => properties.Headers?["x-stream-offset"] switch
    {
        long offset => offset,
        var other => throw new InvalidDataException($"A delivery without a stream offset ({other ?? "none"}): the queue is not a stream."),
    };
}
