using System.Diagnostics;
using System.IO.Compression;
using System.Text;
using EventHistory.Tests.EndToEnd;
using EventHistory.Tests.Fixtures;
using RabbitMQ.Client;

namespace EventHistory.Tests.Ingest;

/// <summary>Bad input never stops recording: every kind of it between good neighbours, through a real broker.</summary>
public sealed class RecordingTests(Postgres postgres, RabbitMq rabbit)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>Messages that cannot be read, or not wholly: what is sent, how many of its events are kept, and what the reason says.</summary>
    private static readonly (string What, byte[] Body, int Kept, string Reason)[] _unreadable =
    [
        ("truncated JSON", Utf8("""{"type": "task-started", "uuid": "x" """), 0, "not JSON"),
        ("an empty body", [], 0, "empty"),
        ("a number", Utf8("42"), 0, "JSON Number"),
        ("a text", Utf8("\"task-started\""), 0, "JSON String"),
        ("null", Utf8("null"), 0, "JSON Null"),
        ("no type", Utf8("""{"uuid": "x"}"""), 0, "\"type\""),
        ("an empty type", Utf8("""{"type": "", "uuid": "x"}"""), 0, "\"type\""),
        ("a type that is a number", Utf8("""{"type": 7, "uuid": "x"}"""), 0, "\"type\""),
        ("two values", Utf8("""{"type": "a"} {"type": "b"}"""), 0, "not JSON"),
        ("JSON that nests 5000 deep", Utf8($$"""{"type": "a", "x": {{new string('[', 5000)}}{{new string(']', 5000)}}}"""), 0, "not JSON"),
        ("invalid UTF-8", [.. "{\"type\": \"a"u8, 0xC3, 0x28, 0xFF, .. "\"}"u8], 0, "UTF-8"),
        ("a NUL byte", Utf8("{\"type\": \"a\0\"}"), 0, "not JSON"),
        ("a list with bad elements", Utf8("""[7, {"type": "task-a", "uuid": "x"}, {"uuid": "y"}, {"type": "task-b", "uuid": "x"}]"""), 2, "element 2"),
        ("16 MB of blanks", [.. Enumerable.Repeat((byte)' ', 16_000_000)], 0, "not JSON"),
    ];

    [Fact]
    public async Task What_cannot_be_read_is_kept_as_it_came()
    {
        await using var feed = await rabbit.CreateFeed();
        await using var database = await postgres.CreateDatabase();
        await using var service = await Recorder.Start(feed, database.ConnectionString).Ready();
        await using var sender = await Sender.Connect(feed);
        for (var i = 0; i < _unreadable.Length; i++)
        {
            await sender.Send(_unreadable[i].Body, p => p.Headers!["hostname"] = _unreadable[i].What, routingKey: "odd.key");
            await sender.SendNumbered(i, 1);
        }
        await database.WaitForPosition(_unreadable.Length + _unreadable.Sum(u => u.Kept));

        Assert.Equal(Enumerable.Range(0, _unreadable.Length), await database.Numbers());
        var rejected = await database.Data.Rejected();
        Assert.Equal(_unreadable.Select(u => (u.What, u.Kept)), rejected.Select(r => (r.Properties.GetProperty("headers").GetProperty("hostname").GetString()!, r.EventsKept)));
        Assert.All(_unreadable.Zip(rejected), pair =>
        {
            Assert.Equal(pair.First.Body, pair.Second.Body);
            Assert.Contains(pair.First.Reason, pair.Second.Reason, StringComparison.Ordinal);
            Assert.Equal("odd.key", pair.Second.RoutingKey);
            Assert.Equal("application/json", pair.Second.Properties.GetProperty("content_type").GetString());
        });
        await AssertHealthy(service);
    }

    /// <summary>What says the same thing in an odd way is recorded; what cannot be read is rejected; neither stops anything.</summary>
    [Fact]
    public async Task Hostile_properties_and_headers_stop_nothing()
    {
        var json = Utf8(Sender.Numbered(0));
        (string What, byte[] Body, Action<BasicProperties> With, bool Readable)[] messages =
        [
            ("no headers", json, p => p.Headers = null, true),
            ("no properties", json, p => (p.Headers, p.ContentType, p.ContentEncoding) = (null, null, null), true),
            ("an unknown content type", json, p => p.ContentType = "text/plain", true),
            ("a content type with NULs", json, p => p.ContentType = "a\0b", true),
            ("pickle", [0x80, 0x04, 0x95], p => (p.ContentType, p.ContentEncoding) = ("application/x-python-serialize", "binary"), false),
            ("msgpack", [0x81, 0xA4, .. "type"u8, 0xA1, .. "a"u8], p => (p.ContentType, p.ContentEncoding) = ("application/x-msgpack", "binary"), false),
            ("yaml", Utf8("type: task-started\nuuid: x\n"), p => p.ContentType = "application/x-yaml", false),
            ("UTF-16", Encoding.Unicode.GetBytes(Sender.Numbered(0)), p => p.ContentEncoding = "utf-16", true),
            ("Latin-1", Encoding.Latin1.GetBytes(Sender.Numbered(0)), p => p.ContentEncoding = "iso-8859-1", true),
            ("UTF-7", json, p => p.ContentEncoding = "utf-7", false),
            ("an unknown character set", json, p => p.ContentEncoding = "klingon", false),
            ("zlib", Packed(json, s => new ZLibStream(s, CompressionLevel.Fastest)), p => p.Headers!["compression"] = "application/x-gzip", true),
            ("brotli", Packed(json, s => new BrotliStream(s, CompressionLevel.Fastest)), p => p.Headers!["compression"] = "application/x-brotli", true),
            ("zlib that is none", json, p => p.Headers!["compression"] = "application/x-gzip", false),
            ("brotli that is none", [.. Enumerable.Repeat((byte)0xFF, 100)], p => p.Headers!["compression"] = "application/x-brotli", false),
            ("zlib cut short", Packed(json, s => new ZLibStream(s, CompressionLevel.Fastest))[..^8], p => p.Headers!["compression"] = "application/x-gzip", false),
            ("a compression that is a table", json, p => p.Headers!["compression"] = new Dictionary<string, object?> { ["a"] = 1 }, true),
            ("binary headers", json, p => p.Headers = new Dictionary<string, object?> { ["hostname"] = new byte[] { 0, 0xFF, 0xC3 } }, true),
            ("nested headers", json, p => p.Headers = Nested(), true),
            ("binary headers of what is rejected", Utf8("["), p => p.Headers = new Dictionary<string, object?> { ["hostname"] = new byte[] { 0, 0xFF, 0xC3 } }, false),
            ("nested headers of what is rejected", Utf8("["), p => p.Headers = Nested(), false),
            ("a header of time", json, p => p.Headers!["time"] = new AmqpTimestamp(4_000_000_000), true),
            ("a header of late time", json, p => p.Headers!["time"] = new AmqpTimestamp(long.MaxValue), true),
            ("a header without a name", Utf8("["), p => p.Headers!["\0"] = null, false),
            ("an offset of its own, as text", json, p => p.Headers!["x-stream-offset"] = "first", true),
            ("an offset of its own, as number", json, p => p.Headers!["x-stream-offset"] = 4_000_000_000_000L, true),
            ("an empty list", Utf8("[]"), _ => { }, true),
        ];
        await using var feed = await rabbit.CreateFeed();
        await using var database = await postgres.CreateDatabase();
        await using var service = await Recorder.Start(feed, database.ConnectionString).Ready();
        await using var sender = await Sender.Connect(feed);
        for (var i = 0; i < messages.Length; i++)
        {
            await sender.Send(messages[i].Body, messages[i].With);
            await sender.SendNumbered(i + 1, 1);
            await Until.True(async () => (await database.Numbers()).Contains(i + 1), $"the neighbour of {messages[i].What}", seconds: 10);
        }

        var readable = messages.Count(m => m.Readable) - 1; // the empty list has no event
        Assert.Equal(readable, (await database.Numbers()).Count(n => n == 0));
        Assert.Equal(messages.Where(m => !m.Readable).Select(m => m.Body), (await database.Data.Rejected()).Select(r => r.Body));
        Assert.Empty(await database.Data.Gaps());
        await AssertHealthy(service);
    }

    /// <summary>Legal JSON that nobody would expect: all of it is recorded, readable through the view and the function, and none is rejected.</summary>
    [Fact]
    public async Task Odd_events_are_recorded_and_readable()
    {
        string[] odd =
        [
            """{"type": "task-started", "uuid": "wrong-types", "timestamp": "noon", "hostname": 7, "pid": "x", "clock": {}, "name": ["a"], "retries": "many", "runtime": "slow", "loadavg": 3}""",
            """{"type": "task-succeeded", "uuid": "huge-numbers", "timestamp": 1e999999999, "runtime": 1e400, "clock": 99999999999999999999999999, "pid": 3.7e300}""",
            """{"type": "task-succeeded", "uuid": "tiny-numbers", "timestamp": 1e-999999999, "runtime": -1e-400, "clock": -9223372036854775808, "pid": -2147483648}""",
            """{"type": "task-succeeded", "uuid": "nan", "timestamp": NaN, "runtime": Infinity, "result": -Infinity}""",
            """{"type": "task-started", "uuid": "1970", "timestamp": 0}""",
            """{"type": "task-started", "uuid": "before-1970", "timestamp": -1e9}""",
            """{"type": "task-started", "uuid": "2099", "timestamp": 4070908800.25}""",
            """{"type": "task-started", "uuid": "9999", "timestamp": 253402300799.999999}""",
            """{"type": "task-started", "timestamp": 1772352000}""",
            """{"type": "task-started", "uuid": null, "hostname": null, "timestamp": null}""",
            """{"type": "task-failed", "uuid": "nul-\u0000-\u0000", "exception": "\u0000", "traceback": "a\u0000b", "hostname": "w\u0000", "timestamp": 1772352000}""",
            """{"type": "task-failed", "uuid": "lone-\ud800-\udc00x\udfff", "exception": "\ud83d", "hostname": "\ude00", "timestamp": 1772352000}""",
            """{"type": "task-\u0000custom\ud800", "uuid": "odd-type", "timestamp": 1772352000}""",
            """{"type": "task-started", "uuid": "twice", "uuid": "twice-2", "timestamp": 1, "timestamp": 1772352000}""",
            """{"ty\u0070e": "task-started", "uu\u0069d": "escaped-keys", "timestamp": 1772352000}""",
            $$"""{"type": "task-received", "uuid": "long-name", "name": "{{new string('n', 10_000)}}", "timestamp": 1772352000}""",
            $$"""{"type": "task-received", "uuid": "{{new string('u', 100_000)}}", "name": "long-id", "root_id": "{{new string('r', 100_000)}}", "timestamp": 1772352000}""",
            $$"""{"type": "task-started", "uuid": "long-host", "hostname": "{{new string('h', 1_000_000)}}", "timestamp": 1772352000}""",
            $$"""{"type": "task-{{new string('c', 10_000)}}", "uuid": "long-type", "timestamp": 1772352000}""",
            $$"""{"type": "{{new string('t', 10_000)}}", "uuid": "long-type-of-nothing", "timestamp": 1772352000}""",
            $$"""{"type": "task-deep", "uuid": "deep", "x": {{new string('[', 500)}}{{new string(']', 500)}}, "timestamp": 1772352000}""",
            $$"""{"type": "task-failed", "uuid": "large-odd", "traceback": "{{string.Concat(Enumerable.Repeat("""line \\u0000 \u0000 \n""", 20_000))}}", "timestamp": 1772352000}""",
            """{"type": "worker-heartbeat", "hostname": "w", "timestamp": 1772352000, "freq": 1e300, "active": 1e5, "processed": 9223372036854775807, "loadavg": [1e308, -1, "x"], "sw_ident": {"a": "\u0000"}}""",
            """{"type": "worker-online", "hostname": "w", "timestamp": 1772352000, "pid": 99999999999}""",
            """{"type": "x", "": {"": [null, true, {"\u0000": "\ud800"}]}}""",
        ];
        await using var feed = await rabbit.CreateFeed();
        await using var database = await postgres.CreateDatabase();
        await using var service = await Recorder.Start(feed, database.ConnectionString).Ready();
        await using var sender = await Sender.Connect(feed);
        foreach (var json in odd)
            await sender.Send(json);
        await sender.Send($"[{string.Join(",\n", odd)}]");
        await database.WaitForPosition(odd.Length * 2);
        var large = $$"""{"type": "task-succeeded", "uuid": "large", "result": "{{new string('x', 15_500_000)}}", "timestamp": 1772352000}""";
        await sender.Send(large);
        await database.WaitForPosition((odd.Length * 2) + 1);

        Assert.Empty(await database.Data.Rejected());
        var log = await LogProof.Read(database.Data);
        var expected = odd.Select(WithQuotedWords).ToList();
        Assert.Equal([.. expected, .. expected, large], log);
        const string ViewSql = "select position, occurred_at, type, task_id, hostname, body::text from eventhistory.event order by position";
        Assert.Equal(log, await database.Data.All(ViewSql, row => row.GetString(5)));
        const string TasksSql = """
            select left(coalesce(t.id, t.key::text), 50), t.event_count, (select count(*) from eventhistory.task_events(coalesce(t.id, t.key::text)) e where e.type is not null)
              from eventhistory.task t
            """;
        Assert.All(await database.Data.All(TasksSql, row => (Id: row.GetString(0), Counted: (long)row.GetInt32(1), Found: row.GetInt64(2))),
            task => Assert.Equal(task.Counted, task.Found));
        await AssertHealthy(service);
    }

    [Theory]
    [InlineData("celery-events.jsonl")]
    [InlineData("nasty.jsonl")]
    public async Task A_capture_of_a_real_cluster_is_recorded_byte_for_byte(string file)
    {
        await using var feed = await rabbit.CreateFeed();
        await using var database = await postgres.CreateDatabase();
        await using var service = await Recorder.Start(feed, database.ConnectionString).Ready();
        await using var sender = await Sender.Connect(feed);
        var messages = await File.ReadAllLinesAsync(Repository.Path("tests", "EventHistory.Core.Tests", "Celery", "Samples", file), Ct);
        foreach (var message in messages)
            await sender.Send(message);
        var expected = messages.SelectMany(m => StreamTruth.Events(Utf8(m))).ToList();
        await database.WaitForPosition(expected.Count);

        Assert.Equal(expected, await LogProof.Read(database.Data));
        Assert.Empty(await database.Data.Rejected());
        await AssertHealthy(service);
    }

    /// <summary>No message is known that PostgreSQL refuses, so a constraint of the test's own plays its part.</summary>
    [Fact]
    public async Task A_message_that_the_database_refuses_is_rejected_alone()
    {
        await using var feed = await rabbit.CreateFeed();
        await using var database = await postgres.CreateDatabase();
        await Execute(database, "alter table eventhistory.task add check (args is distinct from 'poison')");
        await using (await Recorder.Start(feed, database.ConnectionString).Ready())
        {
            // it declared the stream
        }
        await using var sender = await Sender.Connect(feed);
        const string Poison = """{"type": "task-received", "uuid": "p", "name": "n", "args": "poison", "timestamp": 1772352000}""";
        for (var round = 0; round < 3; round++)
        {
            await sender.SendNumbered((round * 100) + 1, 100);
            await sender.Send(Poison);
        }
        await sender.SendNumbered(301, 100);
        await using var service = await Recorder.Start(feed, database.ConnectionString).Ready();
        await database.WaitForPosition(400);

        Assert.Equal(Enumerable.Range(1, 400), (await database.Numbers()).Order());
        Assert.All(await database.Data.Rejected(), r => Assert.Contains("The database refuses it", r.Reason, StringComparison.Ordinal));
        Assert.Equal(Enumerable.Repeat(Poison, 3), (await database.Data.Rejected()).Select(r => Encoding.UTF8.GetString(r.Body)));
        await LogProof.Read(database.Data);
    }

    /// <summary>What is not a message's fault is waited out: a trigger plays the full disk.</summary>
    [Fact]
    public async Task A_full_disk_costs_no_message()
    {
        await using var feed = await rabbit.CreateFeed();
        await using var database = await postgres.CreateDatabase();
        await Execute(database, """
            create function full_disk() returns trigger language plpgsql as $$ begin raise exception 'No space left on device' using errcode = 'disk_full'; end $$;
            create trigger full_disk before insert on eventhistory.event_segment for each row execute function full_disk();
            """);
        await using var service = await Recorder.Start(feed, database.ConnectionString).Ready();
        await using var sender = await Sender.Connect(feed);
        await sender.SendNumbered(1, 100);
        await Until.True(() => service.Output.Contains("No space left on device", StringComparison.Ordinal), "a word about the disk");
        await sender.SendNumbered(101, 100);
        await Execute(database, "drop trigger full_disk on eventhistory.event_segment");
        await database.WaitForPosition(200);

        Assert.Equal(Enumerable.Range(1, 200), (await database.Numbers()).Order());
        Assert.Empty(await database.Data.Rejected());
    }

    [Fact]
    public async Task A_large_message_does_not_slow_the_small_ones_behind_it()
    {
        await using var feed = await rabbit.CreateFeed();
        await using var database = await postgres.CreateDatabase();
        await using var service = await Recorder.Start(feed, database.ConnectionString).Ready();
        await using var sender = await Sender.Connect(feed);
        await sender.Send($$"""{"type": "task-succeeded", "uuid": "large", "result": "{{new string('x', 15_500_000)}}", "timestamp": 1772352000}""");
        await database.WaitForPosition(1);
        for (var number = 1; number <= 900; number++)
            await sender.SendNumbered(number, 1); // one after the other, as they come in while a system lives
        var sent = Stopwatch.GetTimestamp();
        await database.WaitForPosition(901);
        Assert.True(Stopwatch.GetElapsedTime(sent) < TimeSpan.FromSeconds(5), $"{Stopwatch.GetElapsedTime(sent)} late");
        await AssertHealthy(service);
    }

    [Fact]
    public async Task A_flood_of_large_messages_is_recorded_in_bounded_memory()
    {
        await using var feed = await rabbit.CreateFeed();
        await using var database = await postgres.CreateDatabase();
        await using (await Recorder.Start(feed, database.ConnectionString).Ready())
        {
            // it declared the stream
        }
        await using var sender = await Sender.Connect(feed);
        for (var i = 0; i < 60; i++)
            await sender.Send($$"""{"type": "task-failed", "uuid": "t-{{i}}", "traceback": "{{new string((char)('a' + (i % 26)), 5_000_000)}}", "timestamp": 1772352000}""");

        await using var service = Recorder.Start(feed, database.ConnectionString);
        var peak = 0L;
        await Until.True(async () =>
        {
            peak = Math.Max(peak, service.ResidentBytes);
            return await database.Data.Position() >= 60;
        }, "60 events of 5 MB", seconds: 90);
        Assert.True(peak < 700_000_000, $"{peak / 1e6:F0} MB");
    }

    private static async Task Execute(TestDatabase database, string sql)
    {
#pragma warning disable CA2100 // constants of this file
        await using var command = database.Data.CreateCommand(sql);
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync(Ct);
    }

    private static string WithQuotedWords(string json) => json
        .Replace(": NaN", ": \"NaN\"", StringComparison.Ordinal)
        .Replace(": Infinity", ": \"Infinity\"", StringComparison.Ordinal)
        .Replace(": -Infinity", ": \"-Infinity\"", StringComparison.Ordinal);

    private static async Task AssertHealthy(Service service)
    {
        using var answer = await service.Http.GetAsync(new Uri("/readyz", UriKind.Relative), Ct);
        Assert.True(answer.IsSuccessStatusCode);
        Assert.DoesNotContain("Recording stopped", service.Output, StringComparison.Ordinal);
        Assert.Equal(0, await service.Terminate());
    }

    private static Dictionary<string, object?> Nested() => new()
    {
        ["table"] = new Dictionary<string, object?> { ["list"] = new List<object?> { 1L, true, null, new Dictionary<string, object?>() } },
    };

    private static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    private static byte[] Packed(byte[] body, Func<Stream, Stream> packer)
    {
        using var packed = new MemoryStream();
        using (var stream = packer(packed))
            stream.Write(body);
        return packed.ToArray();
    }
}

/// <summary>An event is visible within a second in a quiet system.</summary>
[Collection(Alone.Name)]
public sealed class RecordingDelayTests(Postgres postgres, RabbitMq rabbit)
{
    [Fact]
    public async Task An_event_is_visible_within_a_second()
    {
        await using var feed = await rabbit.CreateFeed();
        await using var database = await postgres.CreateDatabase();
        await using var service = await Recorder.Start(feed, database.ConnectionString).Ready();
        await using var sender = await Sender.Connect(feed);
        await sender.SendNumbered(1, 1);
        await database.WaitForPosition(1);
        for (var number = 2; number <= 6; number++)
        {
            var sent = Stopwatch.GetTimestamp();
            await sender.SendNumbered(number, 1);
            await Until.True(async () => (await database.Numbers()).Contains(number), "the event");
            Assert.True(Stopwatch.GetElapsedTime(sent) < TimeSpan.FromSeconds(1), $"{Stopwatch.GetElapsedTime(sent)}");
        }
    }
}
