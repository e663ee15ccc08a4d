using System.Text.Json;
using System.Text.Unicode;

namespace EventHistory.Core.Celery;

/// <summary>
/// Bytes of one message → its events. Since Celery 4.0 a message holds one event or a list of them (routing key
/// <c>task.multi</c>; an empty list is normal). A message is read as a whole or not at all, except that a list may hold
/// something that is no event: its neighbours are kept and the rejection names the place.
/// </summary>
public static class EventDecoder
{
    /// <summary>Deeper JSON than this is refused: PostgreSQL reads it by recursion, and Celery never nests beyond 4.</summary>
    public const int MaxDepth = 512;

    private static readonly JsonReaderOptions _strict = new() { MaxDepth = MaxDepth };

    /// <param name="body">Its bytes; the events keep slices of them.</param>
    /// <param name="events">Takes the events.</param>
    /// <param name="pool">Gives the events; null: they are new.</param>
    /// <returns>Null when everything was read; else why not. Events that could be read are in <paramref name="events"/> in any case.</returns>
    public static Rejection? Decode(ReadOnlyMemory<byte> body, List<CeleryEvent> events, EventPool? pool = null)
    {
        if (body.Span.StartsWith("\uFEFF"u8))
            body = body[3..];
        if (body.IsEmpty)
            return new Rejection("The body is empty; an event is a JSON object.");
        if (!Utf8.IsValid(body.Span))
            return new Rejection("The body is not valid UTF-8, so it is no JSON.");
        var kept = events.Count;
        try
        {
            return DecodeJson(body, events, pool);
        }
        catch (JsonException error)
        {
            events.RemoveRange(kept, events.Count - kept);
            return PythonJson.QuoteNonFinite(body) is { } standard
                ? Decode(standard, events, pool)
                : new Rejection($"The body is not JSON: {error.Message}");
        }
    }

    private static Rejection? DecodeJson(ReadOnlyMemory<byte> body, List<CeleryEvent> events, EventPool? pool)
    {
        var reader = new Utf8JsonReader(body.Span, _strict);
        reader.Read();
        var wrong = new List<string>();
        if (reader.TokenType == JsonTokenType.StartArray)
        {
            for (var index = 0; reader.Read() && reader.TokenType != JsonTokenType.EndArray; index++)
            {
                if (One(ref reader, body, events, pool) is { } reason)
                    wrong.Add($"element {index}: {reason}");
            }
        }
        else if (One(ref reader, body, events, pool) is { } reason)
        {
            wrong.Add(reason);
        }
        reader.Read(); // anything behind the value is an error
        return wrong.Count switch
        {
            0 => null,
            <= 3 => new Rejection(string.Join("; ", wrong)),
            _ => new Rejection($"{string.Join("; ", wrong.Take(3))}; and {wrong.Count - 3} more"),
        };
    }

    private static string? One(ref Utf8JsonReader reader, ReadOnlyMemory<byte> body, List<CeleryEvent> events, EventPool? pool)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            var found = reader.TokenType.ToString();
            reader.Skip();
            return $"an event is a JSON object, this is a JSON {found}";
        }
        var e = pool?.Rent() ?? new CeleryEvent();
        new EventReader(body, (int)reader.TokenStartIndex).Read(ref reader, e);
        if (e.Type.Length == 0)
            return "an event needs a text field \"type\" such as \"task-started\"";
        events.Add(e);
        return null;
    }
}
