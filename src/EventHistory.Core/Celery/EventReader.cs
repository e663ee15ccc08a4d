using System.Text;
using System.Text.Json;

namespace EventHistory.Core.Celery;

/// <summary>Reads the fields of one event; a field that stands twice counts as Python's json counts it: the last wins.</summary>
/// <param name="message">What the JSON reader reads.</param>
/// <param name="start">Where in it the event begins.</param>
internal readonly ref struct EventReader(ReadOnlyMemory<byte> message, int start)
{
    private static readonly DateTime _latest = new(9999, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    /// <summary>Reads the event that the reader stands at the beginning of; its type is empty if it has none.</summary>
    public void Read(ref Utf8JsonReader reader, CeleryEvent e)
    {
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            var field = reader.ValueIsEscaped ? Encoding.UTF8.GetBytes(JsonText.Read(ref reader)) : reader.ValueSpan;
            reader.Read();
            if (!ReadTaskField(ref reader, field, e) && !ReadWorkerField(ref reader, field, e))
                reader.Skip();
        }
        e.Json = message[start..(int)reader.BytesConsumed];
        e.Kind = EventKinds.Of(e.Type);
        e.Digest = EventDigest.Of(e.Json.Span);
        e.HasOddEscape = JsonText.HasOddEscape(e.Json.Span);
    }

    private bool ReadTaskField(ref Utf8JsonReader reader, ReadOnlySpan<byte> field, CeleryEvent e)
    {
        switch (field.Length) // known names are told apart by their length first
        {
            case 3 when field.SequenceEqual("pid"u8): e.Pid = Int32(ref reader); break;
            case 3 when field.SequenceEqual("eta"u8): e.EtaAt = Text(ref reader); break;
            case 4 when field.SequenceEqual("uuid"u8): e.TaskId = TaskId.Parse(Scalar(ref reader).In(message[start..])); break;
            case 4 when field.SequenceEqual("type"u8): e.Type = Type(ref reader); break;
            case 4 when field.SequenceEqual("name"u8): e.Name = Word(ref reader); break;
            case 4 when field.SequenceEqual("args"u8): e.ArgsAt = Text(ref reader); break;
            case 5 when field.SequenceEqual("clock"u8): e.Clock = Integer(ref reader); break;
            case 5 when field.SequenceEqual("queue"u8): e.Queue = Word(ref reader); break;
            case 6 when field.SequenceEqual("kwargs"u8): e.KwargsAt = Text(ref reader); break;
            case 6 when field.SequenceEqual("result"u8): e.ResultAt = Text(ref reader); break;
            case 6 when field.SequenceEqual("signum"u8): e.SignumAt = Scalar(ref reader); break;
            case 7 when field.SequenceEqual("root_id"u8): e.RootAt = Scalar(ref reader); break;
            case 7 when field.SequenceEqual("retries"u8): e.Retries = Int32(ref reader) is >= 0 and int retries ? retries : null; break;
            case 7 when field.SequenceEqual("expires"u8): e.ExpiresAt = Text(ref reader); break;
            case 7 when field.SequenceEqual("runtime"u8): e.Runtime = Number(ref reader) is >= 0 and double runtime ? runtime : null; break;
            case 7 when field.SequenceEqual("expired"u8): e.Expired = Boolean(ref reader); break;
            case 7 when field.SequenceEqual("requeue"u8): e.Requeue = Boolean(ref reader); break;
            case 8 when field.SequenceEqual("hostname"u8): e.Hostname = HostName(ref reader); break;
            case 8 when field.SequenceEqual("exchange"u8): e.Exchange = Word(ref reader); break;
            case 9 when field.SequenceEqual("timestamp"u8): e.At = Time(Number(ref reader)); break;
            case 9 when field.SequenceEqual("parent_id"u8): e.ParentAt = Scalar(ref reader); break;
            case 9 when field.SequenceEqual("exception"u8): e.ExceptionAt = Text(ref reader); break;
            case 9 when field.SequenceEqual("traceback"u8): e.TracebackAt = Text(ref reader); break;
            case 10 when field.SequenceEqual("terminated"u8): e.Terminated = Boolean(ref reader); break;
            case 11 when field.SequenceEqual("routing_key"u8): e.RoutingKey = Word(ref reader); break;
            default: return false;
        }
        return true;
    }

    private bool ReadWorkerField(ref Utf8JsonReader reader, ReadOnlySpan<byte> field, CeleryEvent e)
    {
        switch (field.Length)
        {
            case 4 when field.SequenceEqual("freq"u8): (e.Report ??= new()).Freq = Number(ref reader); break;
            case 6 when field.SequenceEqual("active"u8): (e.Report ??= new()).Active = Int32(ref reader); break;
            case 6 when field.SequenceEqual("sw_ver"u8): (e.Report ??= new()).SoftwareVersion = Word(ref reader); break;
            case 6 when field.SequenceEqual("sw_sys"u8): (e.Report ??= new()).SoftwareSystem = Word(ref reader); break;
            case 7 when field.SequenceEqual("loadavg"u8): (e.Report ??= new()).LoadAverage = Numbers(ref reader); break;
            case 8 when field.SequenceEqual("sw_ident"u8): (e.Report ??= new()).Software = Word(ref reader); break;
            case 9 when field.SequenceEqual("processed"u8): (e.Report ??= new()).Processed = Integer(ref reader); break;
            default: return false;
        }
        return true;
    }

    private static DateTime? Time(double? seconds)
    {
        if (seconds is not >= 0 || seconds * TimeSpan.TicksPerSecond >= (_latest - DateTime.UnixEpoch).Ticks)
            return null;
        var microseconds = (long)Math.Round(seconds.Value * 1e6);
        return DateTime.UnixEpoch.AddTicks(microseconds * TimeSpan.TicksPerMicrosecond);
    }

    private static string Type(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.String)
            return JsonText.Read(ref reader);
        reader.Skip();
        return "";
    }

    /// <summary>A string's text; null for null; the JSON itself for anything else a foreign sender may put there.</summary>
    private string? Word(ref Utf8JsonReader reader) =>
        reader.TokenType == JsonTokenType.String ? JsonText.Read(ref reader) : Text(ref reader).In(message[start..]).Text();

    private string? HostName(ref Utf8JsonReader reader)
    {
        var name = reader.TokenType == JsonTokenType.String ? JsonText.Read(ref reader) : Scalar(ref reader).In(message[start..]).Text();
        return string.IsNullOrEmpty(name) ? null : name;
    }

    /// <summary>As <see cref="Word"/>, not yet decoded.</summary>
    private TextPlace Text(ref Utf8JsonReader reader)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.Null: return default;
            case JsonTokenType.String: return InQuotes(ref reader);
            default:
                var first = (int)reader.TokenStartIndex;
                reader.Skip();
                return new TextPlace(first - start, (int)reader.BytesConsumed - first, escaped: false);
        }
    }

    /// <summary>A string or the digits of a number; none for anything else.</summary>
    private TextPlace Scalar(ref Utf8JsonReader reader)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.String: return InQuotes(ref reader);
            case JsonTokenType.Number: return new TextPlace((int)reader.TokenStartIndex - start, reader.ValueSpan.Length, escaped: false);
            default:
                reader.Skip();
                return default;
        }
    }

    private TextPlace InQuotes(ref Utf8JsonReader reader) =>
        new((int)reader.TokenStartIndex + 1 - start, reader.ValueSpan.Length, reader.ValueIsEscaped);

    private static double? Number(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.Number && reader.TryGetDouble(out var value) && double.IsFinite(value))
            return value;
        reader.Skip();
        return null;
    }

    private static int? Int32(ref Utf8JsonReader reader) => Integer(ref reader) is >= int.MinValue and <= int.MaxValue and long value ? (int)value : null;

    private static long? Integer(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var value))
            return value;
        reader.Skip();
        return null;
    }

    private static bool? Boolean(ref Utf8JsonReader reader)
    {
        if (reader.TokenType is JsonTokenType.True or JsonTokenType.False)
            return reader.GetBoolean();
        reader.Skip();
        return null;
    }

    private static double[]? Numbers(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            reader.Skip();
            return null;
        }
        var numbers = new List<double>(3);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (Number(ref reader) is { } number && numbers.Count < 3)
                numbers.Add(number);
        }

        return numbers.Count == 3 ? [.. numbers] : null;
    }
}
