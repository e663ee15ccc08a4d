using System.Text.Json;
using EventHistory.Core.Celery;

namespace EventHistory.Core.Log;

/// <summary>The body of a segment → its events, each exactly as its sender wrote it.</summary>
public static class SegmentReader
{
    private static readonly JsonReaderOptions _strict = new() { MaxDepth = EventDecoder.MaxDepth + 1 }; // the array around them

    /// <param name="body">What <see cref="SegmentWriter.Body"/> wrote.</param>
    /// <param name="count">How many events are in it, as far as is known: what makes the fast way safe.</param>
    /// <param name="events">Where they are added, as slices of the body.</param>
    /// <returns>Null; or why the body cannot be read, as the end of a sentence, and then nothing is added.</returns>
    public static string? Split(ReadOnlyMemory<byte> body, int count, List<ReadOnlyMemory<byte>> events)
    {
        var before = events.Count;
        if (Lines(body, count, events))
            return null;
        events.RemoveRange(before, events.Count - before);
        var reason = Elements(body, events);
        if (reason is not null)
            events.RemoveRange(before, events.Count - before);
        return reason;
    }

    // Between two events stands a comma and a line's end, so there are at least as many lines as events. If there are as many,
    // no event has a line's end behind a comma of its own: every line is an event, and nothing needs to be parsed.
    private static bool Lines(ReadOnlyMemory<byte> body, int count, List<ReadOnlyMemory<byte>> events)
    {
        var json = body.Span;
        if (json.Length < 2 || json[0] != '[' || json[^1] != ']')
            return false;
        var start = 1;
        for (var left = count; left > 0; left--)
        {
            var length = left == 1 ? json.Length - 1 - start : json[start..].IndexOf(",\n"u8);
            if (length < 2 || json[start] != '{' || json[start + length - 1] != '}')
                return false;
            events.Add(body.Slice(start, length));
            start += length + 2;
        }
        return count > 0 && events[^1].Span.IndexOf(",\n"u8) < 0;
    }

    private static string? Elements(ReadOnlyMemory<byte> body, List<ReadOnlyMemory<byte>> events)
    {
        var reader = new Utf8JsonReader(body.Span, _strict);
        try
        {
            reader.Read();
            if (reader.TokenType != JsonTokenType.StartArray)
                return "it is no JSON array";
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                if (reader.TokenType != JsonTokenType.StartObject)
                    return "it holds something that is no JSON object";
                var start = (int)reader.TokenStartIndex;
                reader.Skip();
                events.Add(body[start..(int)reader.BytesConsumed]);
            }
            reader.Read(); // anything behind the array is an error
            return null;
        }
        catch (JsonException error)
        {
            return $"it is not JSON: {error.Message}";
        }
    }
}
