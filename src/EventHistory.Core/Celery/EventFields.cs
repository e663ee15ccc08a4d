using System.Text;
using System.Text.Json;

namespace EventHistory.Core.Celery;

/// <summary>The fields of one event while it is being read; a field that stands twice counts as Python's json counts it: the last wins.</summary>
internal ref struct EventFields
{
    private static readonly DateTime _latest = new(9999, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    public string? Type;
    private string? _uuid, _hostname, _name, _args, _kwargs, _root, _parent, _eta, _expires, _queue, _exchange, _routingKey;
    private string? _result, _exception, _traceback, _signum, _software, _softwareVersion, _softwareSystem;
    private double? _timestamp, _runtime, _freq;
    private long? _clock, _pid, _retries, _active, _processed;
    private bool? _terminated, _expired, _requeue;
    private double[]? _load;

    public void Read(ref Utf8JsonReader reader)
    {
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            var field = reader.ValueIsEscaped ? Encoding.UTF8.GetBytes(JsonText.Read(ref reader)) : reader.ValueSpan;
            reader.Read();
            switch (field.Length) // known names are told apart by their length first
            {
                case 3 when field.SequenceEqual("pid"u8): _pid = Integer(ref reader); break;
                case 3 when field.SequenceEqual("eta"u8): _eta = Text(ref reader); break;
                case 4 when field.SequenceEqual("uuid"u8): _uuid = Scalar(ref reader); break;
                case 4 when field.SequenceEqual("type"u8): Type = TypeText(ref reader); break;
                case 4 when field.SequenceEqual("name"u8): _name = Text(ref reader); break;
                case 4 when field.SequenceEqual("args"u8): _args = Text(ref reader); break;
                case 4 when field.SequenceEqual("freq"u8): _freq = Number(ref reader); break;
                case 5 when field.SequenceEqual("clock"u8): _clock = Integer(ref reader); break;
                case 5 when field.SequenceEqual("queue"u8): _queue = Text(ref reader); break;
                case 6 when field.SequenceEqual("kwargs"u8): _kwargs = Text(ref reader); break;
                case 6 when field.SequenceEqual("result"u8): _result = Text(ref reader); break;
                case 6 when field.SequenceEqual("signum"u8): _signum = Scalar(ref reader); break;
                case 6 when field.SequenceEqual("active"u8): _active = Integer(ref reader); break;
                case 6 when field.SequenceEqual("sw_ver"u8): _softwareVersion = Text(ref reader); break;
                case 6 when field.SequenceEqual("sw_sys"u8): _softwareSystem = Text(ref reader); break;
                case 7 when field.SequenceEqual("root_id"u8): _root = Scalar(ref reader); break;
                case 7 when field.SequenceEqual("retries"u8): _retries = Integer(ref reader); break;
                case 7 when field.SequenceEqual("expires"u8): _expires = Text(ref reader); break;
                case 7 when field.SequenceEqual("runtime"u8): _runtime = Number(ref reader); break;
                case 7 when field.SequenceEqual("expired"u8): _expired = Boolean(ref reader); break;
                case 7 when field.SequenceEqual("requeue"u8): _requeue = Boolean(ref reader); break;
                case 7 when field.SequenceEqual("loadavg"u8): _load = Numbers(ref reader); break;
                case 8 when field.SequenceEqual("hostname"u8): _hostname = Scalar(ref reader); break;
                case 8 when field.SequenceEqual("exchange"u8): _exchange = Text(ref reader); break;
                case 8 when field.SequenceEqual("sw_ident"u8): _software = Text(ref reader); break;
                case 9 when field.SequenceEqual("timestamp"u8): _timestamp = Number(ref reader); break;
                case 9 when field.SequenceEqual("parent_id"u8): _parent = Scalar(ref reader); break;
                case 9 when field.SequenceEqual("exception"u8): _exception = Text(ref reader); break;
                case 9 when field.SequenceEqual("traceback"u8): _traceback = Text(ref reader); break;
                case 9 when field.SequenceEqual("processed"u8): _processed = Integer(ref reader); break;
                case 10 when field.SequenceEqual("terminated"u8): _terminated = Boolean(ref reader); break;
                case 11 when field.SequenceEqual("routing_key"u8): _routingKey = Text(ref reader); break;
                default: reader.Skip(); break;
            }
        }
    }

    public readonly CeleryEvent ToEvent(ReadOnlyMemory<byte> json) => new()
    {
        Json = json,
        Digest = EventDigest.Of(json.Span),
        HasOddEscape = JsonText.HasOddEscape(json.Span),
        Type = Type!,
        Kind = EventKinds.Of(Type!),
        At = Time(_timestamp),
        Hostname = string.IsNullOrEmpty(_hostname) ? null : _hostname,
        Pid = Int32(_pid),
        Clock = _clock,
        TaskId = string.IsNullOrEmpty(_uuid) ? null : TaskId.Parse(_uuid),
        Name = _name,
        Args = _args,
        Kwargs = _kwargs,
        RootId = _root,
        ParentId = _parent,
        Retries = Int32(_retries) is >= 0 and int retries ? retries : null,
        Eta = _eta,
        Expires = _expires,
        Queue = _queue,
        Exchange = _exchange,
        RoutingKey = _routingKey,
        Result = _result,
        Runtime = _runtime is >= 0 ? _runtime : null,
        Exception = _exception,
        Traceback = _traceback,
        Terminated = _terminated,
        Expired = _expired,
        Signum = _signum,
        Requeue = _requeue,
        Freq = _freq,
        Active = Int32(_active),
        Processed = _processed,
        LoadAverage = _load,
        Software = _software,
        SoftwareVersion = _softwareVersion,
        SoftwareSystem = _softwareSystem,
    };

    private static DateTime? Time(double? seconds)
    {
        if (seconds is not >= 0 || seconds * TimeSpan.TicksPerSecond >= (_latest - DateTime.UnixEpoch).Ticks)
            return null;
        var microseconds = (long)Math.Round(seconds.Value * 1e6);
        return DateTime.UnixEpoch.AddTicks(microseconds * TimeSpan.TicksPerMicrosecond);
    }

    private static string? TypeText(ref Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.String => EventKinds.Known(reader.ValueSpan) ?? JsonText.Read(ref reader),
        _ => Skipped(ref reader),
    };

    private static int? Int32(long? value) => value is >= int.MinValue and <= int.MaxValue ? (int)value : null;

    /// <summary>A string's text; null for null; the JSON itself for anything else a foreign sender may put there.</summary>
    private static string? Text(ref Utf8JsonReader reader)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.Null: return null;
            case JsonTokenType.String: return JsonText.Read(ref reader);
            default: return JsonDocument.ParseValue(ref reader).RootElement.GetRawText();
        }
    }

    private static string? Scalar(ref Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.String => JsonText.Read(ref reader),
        JsonTokenType.Number => Encoding.UTF8.GetString(reader.ValueSpan),
        _ => Skipped(ref reader),
    };

    private static double? Number(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.Number && reader.TryGetDouble(out var value) && double.IsFinite(value))
            return value;
        reader.Skip();
        return null;
    }

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

    private static string? Skipped(ref Utf8JsonReader reader)
    {
        reader.Skip();
        return null;
    }
}
