using System.Globalization;
using System.Text;
using EventHistory.Core.Celery;

namespace EventHistory.Core.Tests.Celery;

public sealed class EventDecoderTests
{
    private const string Type = "\"type\":\"task-started\"";

    private static (List<CeleryEvent> Events, string? Reason) Decode(ReadOnlyMemory<byte> body)
    {
        var events = new List<CeleryEvent>();
        var rejection = EventDecoder.Decode(body, events);
        return (events, rejection?.Reason);
    }

    private static CeleryEvent One(string json)
    {
        var e = Given.Decoded(json);
        Assert.Equal(json, Encoding.UTF8.GetString(e.Json.Span));
        return e;
    }

    [Theory]
    [InlineData("celery-events.jsonl", 743)]
    [InlineData("nasty.jsonl", 65)]
    public void Everything_that_real_workers_sent_is_read(string sample, int expected)
    {
        Assert.Equal(expected, Given.SampleEvents(sample).Count);
    }

    [Fact]
    public void Every_field_of_a_real_story_is_understood()
    {
        var story = Given.SampleEvents("celery-events.jsonl").Where(e => e.Kind != EventKind.Other).ToLookup(e => e.Kind);
        Assert.All(story.SelectMany(e => e), e => Assert.True(e is { At: not null, Hostname: not null, Pid: > 0, Clock: > 0 }));
        Assert.All(story[EventKind.TaskSent].Concat(story[EventKind.TaskReceived]), e => Assert.True(
            e is { TaskId: not null, Name: not null, Args.IsNone: false, Kwargs.IsNone: false, Root.IsNone: false, Retries: >= 0 }));
        Assert.All(story[EventKind.TaskSent], e => Assert.True(e is { Queue: not null, Exchange: not null, RoutingKey: not null }));
        Assert.All(story[EventKind.TaskSucceeded], e => Assert.True(e is { Result.IsNone: false, Runtime: > 0 }));
        Assert.All(story[EventKind.TaskRetried], e => Assert.True(e is { Exception.IsNone: false, Traceback.IsNone: false }));
        Assert.All(story[EventKind.TaskFailed], e => Assert.False(e.Exception.IsNone));
        Assert.All(story[EventKind.TaskRevoked], e => Assert.True(e is { Terminated: not null, Expired: not null }));
        Assert.All(story[EventKind.TaskRejected], e => Assert.NotNull(e.Requeue));
        Assert.All(story[EventKind.WorkerHeartbeat], e => Assert.True(
            e.Report is { Freq: > 0, Active: >= 0, Processed: >= 0, LoadAverage.Length: 3, Software: "py-celery", SoftwareVersion: "5.2.6", SoftwareSystem: "Linux" }));
    }

    [Theory]
    [InlineData("")]
    [InlineData(" \n")]
    [InlineData("\uFEFF")]
    [InlineData("{")]
    [InlineData("{\"type\":\"task-started\"")]
    [InlineData("[{\"type\":\"task-started\"},")]
    [InlineData("[{\"type\":\"task-started\"}")]
    [InlineData("{\"type\":\"task-started\",}")]
    [InlineData("{\"type\":\"task-started\"} x")]
    [InlineData("{\"type\":\"task-started\"}{\"type\":\"task-started\"}")]
    [InlineData("{'type':'task-started'}")]
    [InlineData("{\"type\":\"task-started\",\"a\":\"\n\"}")]
    [InlineData("{\"type\":\"task-started\",\"a\":\"\\x\"}")]
    [InlineData("{\"type\":\"task-started\",\"a\":\"\\u12\"}")]
    [InlineData("{\"type\":\"task-started\",\"a\":01}")]
    [InlineData("{\"type\":\"task-started\",\"a\":NaNNaN}")]
    [InlineData("{\"type\":\"task-started\",\"a\":nan}")]
    [InlineData("type: task-started")]
    [InlineData("<event/>")]
    [InlineData("\0")]
    public void What_is_not_JSON_is_rejected_as_a_whole(string body)
    {
        var (events, reason) = Decode(Given.Utf8(body));
        Assert.Empty(events);
        Assert.True(reason!.StartsWith("The body is ", StringComparison.Ordinal), reason);
        if (body.Trim('\uFEFF').Length > 0)
            Assert.StartsWith("The body is not JSON: ", reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Invalid_UTF8_is_rejected()
    {
        Assert.Equal("The body is not valid UTF-8, so it is no JSON.", Decode(new byte[] { (byte)'"', 0xC3, (byte)'"' }).Reason);
        Assert.Equal("The body is not valid UTF-8, so it is no JSON.", Decode(new byte[] { (byte)'"', 0xED, 0xA0, 0x80, (byte)'"' }).Reason);
    }

    [Theory]
    [InlineData("1", "an event is a JSON object, this is a JSON Number")]
    [InlineData("null", "an event is a JSON object, this is a JSON Null")]
    [InlineData("\"task-started\"", "an event is a JSON object, this is a JSON String")]
    [InlineData("{}", "an event needs a text field \"type\" such as \"task-started\"")]
    [InlineData("{\"type\":null}", "an event needs a text field \"type\" such as \"task-started\"")]
    [InlineData("{\"type\":\"\"}", "an event needs a text field \"type\" such as \"task-started\"")]
    [InlineData("{\"type\":[\"task-started\"]}", "an event needs a text field \"type\" such as \"task-started\"")]
    [InlineData("{\"type\":\"task-started\",\"type\":7}", "an event needs a text field \"type\" such as \"task-started\"")]
    public void What_is_no_event_is_rejected(string body, string expected)
    {
        var (events, reason) = Decode(Given.Utf8(body));
        Assert.Empty(events);
        Assert.Equal(expected, reason);
    }

    [Fact]
    public void An_empty_list_is_normal() => Assert.Equal((0, null), (Decode(Given.Utf8(" [ ] ")).Events.Count, Decode(Given.Utf8("[]")).Reason));

    [Fact]
    public void In_a_list_the_neighbours_of_what_is_no_event_are_kept()
    {
        var (events, reason) = Decode(Given.Utf8($$"""[{ {{Type}},"clock":1},7,{ {{Type}},"clock":2},[[1],{"a":2}],{"uuid":"x"},{ {{Type}},"clock":3}]"""));
        Assert.Equal([1L, 2L, 3L], events.Select(e => e.Clock!.Value));
        Assert.Equal("element 1: an event is a JSON object, this is a JSON Number; element 3: an event is a JSON object, this is a JSON StartArray; "
            + "element 4: an event needs a text field \"type\" such as \"task-started\"", reason);
    }

    [Fact]
    public void A_long_list_of_nonsense_gets_a_short_reason()
    {
        var (_, reason) = Decode(Given.Utf8($"[{string.Join(',', Enumerable.Repeat("0", 1000))}]"));
        Assert.EndsWith("; and 997 more", reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Each_event_of_a_list_keeps_its_own_bytes_whatever_stands_between_them()
    {
        var (events, reason) = Decode(Given.Utf8($$"""  [ { {{Type}} , "a" : [ 1 , 2 ] } {{"\n\t"}}, {"b":" ] , [ ",{{Type}}}{{"\r\n"}} ] """));
        Assert.Null(reason);
        Assert.Equal([$$"""{ {{Type}} , "a" : [ 1 , 2 ] }""", $$"""{"b":" ] , [ ",{{Type}}}"""], events.Select(e => Encoding.UTF8.GetString(e.Json.Span)));
    }

    [Fact]
    public void A_byte_order_mark_is_not_part_of_the_event() =>
        Assert.Equal("{" + Type + "}", Encoding.UTF8.GetString(Decode(Given.Utf8("\uFEFF{" + Type + "}")).Events.Single().Json.Span));

    [Theory]
    [InlineData("uuid", "null")]
    [InlineData("uuid", "\"\"")]
    [InlineData("uuid", "true")]
    [InlineData("uuid", "[\"a\"]")]
    [InlineData("uuid", "{\"a\":1}")]
    [InlineData("hostname", "[1]")]
    [InlineData("hostname", "\"\"")]
    [InlineData("timestamp", "\"1795247729.9\"")]
    [InlineData("timestamp", "-1")]
    [InlineData("timestamp", "1e999")]
    [InlineData("timestamp", "-1e999")]
    [InlineData("timestamp", "1795247729905")]
    [InlineData("timestamp", "253402300800")]
    [InlineData("timestamp", "NaN")]
    [InlineData("timestamp", "-Infinity")]
    [InlineData("timestamp", "{\"__type__\":\"datetime\"}")]
    [InlineData("clock", "\"7\"")]
    [InlineData("clock", "7.5")]
    [InlineData("clock", "99999999999999999999")]
    [InlineData("pid", "1e400")]
    [InlineData("pid", "4294967296")]
    [InlineData("retries", "-1")]
    [InlineData("retries", "\"1\"")]
    [InlineData("retries", "[]")]
    [InlineData("runtime", "-0.5")]
    [InlineData("runtime", "\"1\"")]
    [InlineData("runtime", "Infinity")]
    [InlineData("terminated", "1")]
    [InlineData("expired", "\"true\"")]
    [InlineData("requeue", "null")]
    [InlineData("loadavg", "[1,2]")]
    [InlineData("loadavg", "[1,2,\"3\"]")]
    [InlineData("loadavg", "1")]
    [InlineData("active", "\"3\"")]
    [InlineData("processed", "1e3")]
    [InlineData("freq", "[2]")]
    [InlineData("name", "null")]
    [InlineData("root_id", "{}")]
    [InlineData("signum", "[15]")]
    public void A_field_that_is_not_what_it_should_be_is_unknown_and_nothing_else_suffers(string field, string value)
    {
        var (events, reason) = Decode(Given.Utf8($$"""{"{{field}}":{{value}},{{Type}},"utcoffset":-2}"""));
        Assert.Null(reason);
        var e = Assert.Single(events);
        Assert.Equal(EventKind.TaskStarted, e.Kind);
        var values = new object?[]
        {
            e.TaskId, e.Hostname, e.At, e.Clock, e.Pid, e.Retries, e.Runtime, e.Terminated, e.Expired, e.Requeue, e.Report?.LoadAverage, e.Report?.Active,
            e.Report?.Processed, e.Report?.Freq, e.Name, e.Root.Text(), e.Signum.Text(),
        };
        Assert.All(values, Assert.Null);
    }

    [Theory]
    [InlineData("0", "1970-01-01T00:00:00.000000Z")]
    [InlineData("86399.999999", "1970-01-01T23:59:59.999999Z")]
    [InlineData("1795247729.9054775", "2026-11-21T07:55:29.905478Z")] // to the microsecond, as PostgreSQL keeps it
    [InlineData("4102444799.5", "2099-12-31T23:59:59.500000Z")]
    [InlineData("1.7952477299e9", "2026-11-21T07:55:29.900000Z")]
    public void A_timestamp_is_taken_as_it_is_and_utcoffset_is_ignored(string timestamp, string expected)
    {
        var e = One($$"""{ {{Type}},"timestamp":{{timestamp}},"utcoffset":-6}""");
        Assert.Equal(expected, e.At!.Value.ToString("yyyy-MM-ddTHH:mm:ss.ffffffZ", CultureInfo.InvariantCulture));
        Assert.Equal(DateTimeKind.Utc, e.At.Value.Kind);
    }

    [Theory]
    [InlineData("task-sent", EventKind.TaskSent)]
    [InlineData("task-cancelled", EventKind.TaskCancelled)]
    [InlineData("task-canceled", EventKind.TaskCustom)]
    [InlineData("task-", EventKind.Other)]
    [InlineData("task", EventKind.Other)]
    [InlineData("Task-sent", EventKind.Other)]
    [InlineData("worker-elect-ack", EventKind.Other)]
    [InlineData("order-shipped", EventKind.Other)]
    [InlineData("\u2603", EventKind.Other)]
    public void Every_type_is_an_event(string type, EventKind kind)
    {
        var e = One($$"""{"type":"{{type}}","uuid":"a b/c"}""");
        Assert.Equal((type, kind, "a b/c"), (e.Type, e.Kind, e.TaskId!.Value.ToString()));
    }

    [Fact]
    public void A_number_may_be_a_task_id() => Assert.Equal("42", One($$"""{ {{Type}},"uuid":42}""").TaskId.ToString());

    [Fact]
    public void A_missing_uuid_leaves_a_task_event_without_a_task() => Assert.Null(One($$"""{ {{Type}},"timestamp":1}""").TaskId);

    [Fact]
    public void Of_a_field_that_stands_twice_the_last_counts_as_in_Python() =>
        Assert.Equal("b", One($$"""{ {{Type}},"hostname":"a","hostname":"b"}""").Hostname);

    [Fact]
    public void A_field_name_may_be_escaped() => Assert.Equal("w1", One($$"""{ {{Type}},"h\u006fstname":"w1"}""").Hostname);

    [Fact]
    public void Arguments_that_are_JSON_and_not_text_are_shown_as_their_JSON()
    {
        var e = One($$"""{ {{Type}},"args":[1, "\u0000",{"a":null}],"kwargs":{"b" : 1e999},"result":12.50,"exception":false}""");
        Assert.Equal(("""[1, "\u0000",{"a":null}]""", """{"b" : 1e999}""", "12.50", "false"), (e.Args.Text(), e.Kwargs.Text(), e.Result.Text(), e.Exception.Text()));
    }

    [Theory]
    [InlineData("\\u0000", "\\u0000", true)]
    [InlineData("a\\u0000b", "a\\u0000b", true)]
    [InlineData("\\\\u0000", "\\u0000", false)]  // an escaped backslash before plain text
    [InlineData("\\\\\\u0000", "\\\\u0000", true)]
    [InlineData("\\\\u\\u0000", "\\u\\u0000", true)]
    [InlineData("\\ud800", "\\ud800", true)]
    [InlineData("\\uDFFF", "\\udfff", true)]
    [InlineData("\\ud83d\\ude00", "\ud83d\ude00", false)]
    [InlineData("\\ud83d\\\\ude00", "\\ud83d\\ude00", true)]
    [InlineData("\\ud83d\\ud83d\\ude00", "\\ud83d\ud83d\ude00", true)]
    [InlineData("\\ude00\\ud83d", "\\ude00\\ud83d", true)]
    [InlineData("\u2028\ud83d\ude00\\n\\t\\/\\\"\\b\\f\\r\\u00e9", "\u2028\ud83d\ude00\n\t/\"\b\f\ré", false)]
    public void Odd_escapes_stay_verbatim_in_the_log_and_visible_in_texts(string escaped, string text, bool odd)
    {
        var e = One($$"""{ {{Type}},"args":"{{escaped}}","uuid":"{{escaped}}"}""");
        Assert.Equal((text, text, odd), (e.Args.Text(), e.TaskId.ToString(), e.HasOddEscape));
    }

    [Theory]
    [InlineData("""{"type":"task-x","a":NaN}""", """{"type":"task-x","a":"NaN"}""")]
    [InlineData("""{"type":"task-x","a":[Infinity,-Infinity,NaN,-1]}""", """{"type":"task-x","a":["Infinity","-Infinity","NaN",-1]}""")]
    [InlineData("""{"type":"task-x","a":"NaN","b":NaN}""", """{"type":"task-x","a":"NaN","b":"NaN"}""")]
    [InlineData("""{"type":"task-x","\"NaN":"a\\\" NaN, Infinity\\","b": NaN }""", """{"type":"task-x","\"NaN":"a\\\" NaN, Infinity\\","b": "NaN" }""")]
    public void Non_finite_numbers_of_Python_are_quoted_and_strings_left_alone(string sent, string kept)
    {
        var (events, reason) = Decode(Given.Utf8(sent));
        Assert.Null(reason);
        Assert.Equal(kept, Encoding.UTF8.GetString(Assert.Single(events).Json.Span));
    }

    [Fact]
    public void Words_like_NaN_inside_strings_alone_change_nothing() => One("""{"type":"task-x","a":"NaN -Infinity","NaN":1}""");

    [Theory]
    [InlineData(511, true)]
    [InlineData(512, false)]
    [InlineData(600, false)]
    [InlineData(100_000, false)]
    public void Nesting_is_bounded(int depth, bool readable)
    {
        foreach (var field in new[] { "args", "uuid", "type", "clock", "runtime", "requeue", "loadavg", "foo" })
        {
            var (events, reason) = Decode(Given.Utf8($$"""{"{{field}}":{{new string('[', depth)}}{{new string(']', depth)}},{{Type}}}"""));
            Assert.Equal(readable, events.Count == 1);
            Assert.Equal(readable, reason is null);
        }
    }

    [Fact]
    public void Numbers_of_a_thousand_digits_are_kept()
    {
        var digits = new string('9', 10_000);
        var e = One($$"""{ {{Type}},"timestamp":{{digits}},"clock":{{digits}},"runtime":-{{digits}}.{{digits}}e{{digits}},"signum":{{digits}}}""");
        Assert.Equal((null, null, null, digits), (e.At, e.Clock, e.Runtime, e.Signum.Text()));
    }

    [Fact]
    public void A_body_of_16_MB_is_read()
    {
        var text = new string('é', 8 << 20);
        Assert.Equal(text, One($$"""{ {{Type}},"traceback":"{{text}}"}""").Traceback.Text());
    }
}
