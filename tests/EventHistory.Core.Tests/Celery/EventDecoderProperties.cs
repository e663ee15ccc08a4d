using System.Globalization;
using System.Text;
using EventHistory.Core.Celery;
using FsCheck;
using FsCheck.Fluent;

namespace EventHistory.Core.Tests.Celery;

/// <summary>What holds for every message, made up by FsCheck.</summary>
public sealed class EventDecoderProperties
{
    private static readonly string[] _fields =
    [
        "uuid", "hostname", "timestamp", "clock", "pid", "name", "args", "kwargs", "root_id", "parent_id", "retries", "eta", "expires", "queue", "exchange",
        "routing_key", "result", "runtime", "exception", "traceback", "terminated", "signum", "expired", "requeue", "freq", "active", "processed",
        "loadavg", "sw_ident", "sw_ver", "sw_sys", "utcoffset",
    ];

    private static readonly Gen<char> _unit = Gen.OneOf(
        Gen.Choose(0, 0xFFFF).Select(c => (char)c), Gen.Choose(' ', '~').Select(c => (char)c), Gen.Elements('\0', '\\', '"', 'u', '\ud83d', '\ude00', '\uffff'));

    // A character as Python's json writes it, and as a sender with ensure_ascii=False would
    private static readonly Gen<string> _text = Gen.Zip(_unit, Gen.Choose(0, 1)).ListOf().Select(units =>
    {
        var json = new StringBuilder("\"");
        foreach (var (unit, raw) in units)
        {
            if (unit is '"' or '\\')
                json.Append('\\').Append(unit);
            else if (raw == 0 || unit < ' ' || char.IsSurrogate(unit))
                json.Append(CultureInfo.InvariantCulture, $"\\u{(int)unit:x4}");
            else
                json.Append(unit);
        }
        return json.Append('"').ToString();
    });

    private static readonly Gen<string> _scalar = Gen.OneOf(
        _text, Gen.Elements("null", "true", "false", "0", "-0", "1e999", "-1e-999", "1795247729.905", "9223372036854775808", "2.5"),
        ArbMap.Default.GeneratorFor<double>().Where(double.IsFinite).Select(d => d.ToString("R", CultureInfo.InvariantCulture)));

    private static readonly Gen<string> _space = Gen.Elements("", "", "", " ", "\n", "\t \r\n");

    private const int Depth = 20;

    private static readonly Gen<string> _value = Enumerable.Range(0, Depth).Aggregate(_scalar, (inner, _) => Gen.Frequency(
        (3, _scalar),
        (2, inner.ListOf(2).Select(items => $"[{string.Join(" , ", items)}]")),
        (1, Members(inner, 2).Select(members => $"{{{members}}}"))));

    private static readonly Gen<string> _event =
        from count in Gen.Choose(1, 8)
        from members in Members(_value, count)
        from space in _space
        from type in Gen.Elements("task-sent", "task-received", "task-started", "task-failed", "task-x", "worker-heartbeat", "x")
        select $"{{{members},{space}\"type\":{space}\"{type}\"{space}}}";

    private static Gen<string> Members(Gen<string> value, int count) =>
        (from name in Gen.OneOf(_text, Gen.Elements(_fields).Select(f => $"\"{f}\""))
         from space in _space
         from content in value
         select $"{name}{space}:{space}{content}").ListOf(count).Select(members => string.Join(",", members));

    [Fact]
    public void Every_JSON_object_with_a_type_is_kept_byte_for_byte()
    {
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(1000), Prop.ForAll(_event.ToArbitrary(), json =>
        {
            var e = Given.Decoded(json);
            Assert.Equal(json, Encoding.UTF8.GetString(e.Json.Span));
            Assert.Equal(HasOddEscape(json), e.HasOddEscape);
            EventText[] texts = [e.Args, e.Kwargs, e.Root, e.Parent, e.Eta, e.Expires, e.Result, e.Exception, e.Traceback, e.Signum];
            foreach (var text in texts.Select(t => t.Text()).Concat([e.Hostname, e.Name, e.Queue, e.Exchange, e.RoutingKey, e.Type, e.TaskId?.ToString()]))
                Assert.True(text is null || text == JsonText.Storable(text), "a text that PostgreSQL cannot hold");
        }));
    }

    [Fact]
    public void Every_list_of_events_is_kept_byte_for_byte()
    {
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(200), Prop.ForAll(_event.ListOf().ToArbitrary(), all =>
        {
            var events = new List<CeleryEvent>();
            Assert.Null(EventDecoder.Decode(Given.Utf8($"[{string.Join("\n,", all)} ]"), events));
            Assert.Equal(all, events.Select(e => Encoding.UTF8.GetString(e.Json.Span)));
        }));
    }

    [Fact]
    public void Damaged_messages_never_throw_and_are_never_rejected_without_a_sentence()
    {
        var messages = Given.Sample("celery-events.jsonl").Concat(Given.Sample("nasty.jsonl")).Where(m => m.Length is > 2 and < 5000).ToArray();
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(3000), Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), seed =>
        {
            var random = new Random(seed);
            var damaged = messages[random.Next(messages.Length)].ToList();
            for (var i = random.Next(1, 6); i > 0 && damaged.Count > 0; i--)
                Damage(damaged, random);
            var events = new List<CeleryEvent>();
            var rejection = EventDecoder.Decode(damaged.ToArray(), events);
            Assert.True(rejection is null || rejection.Reason.Length > 20);
            Assert.All(events, e => Assert.NotEmpty(e.Type));
        }));
    }

    private static void Damage(List<byte> message, Random random)
    {
        var at = random.Next(message.Count);
        switch (random.Next(5))
        {
            case 0: message[at] = (byte)random.Next(256); break;
            case 1: message.RemoveRange(at, Math.Min(random.Next(20), message.Count - at)); break;
            case 2: message.InsertRange(at, message.GetRange(at, Math.Min(random.Next(20), message.Count - at))); break;
            case 3: message.InsertRange(at, "NaN"u8.ToArray()); break;
            default: message[at] = (byte)"\"\\{}[],:0u-"[random.Next(11)]; break;
        }
    }

    // What PostgreSQL cannot unescape, told the slow way: unit by unit
    private static bool HasOddEscape(string json)
    {
        char? high = null;
        for (var i = 0; i < json.Length; i++)
        {
            char? unit = null;
            if (json[i] == '\\' && json[++i] == 'u')
            {
                unit = (char)int.Parse(json.AsSpan(i + 1, 4), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
                i += 4;
            }
            if (unit == '\0' || (high is null && unit is { } low && char.IsLowSurrogate(low)))
                return true;
            if (high is not null && !(unit is { } second && char.IsLowSurrogate(second)))
                return true;
            high = high is null && unit is { } first && char.IsHighSurrogate(first) ? unit : null;
        }
        return high is not null;
    }
}
