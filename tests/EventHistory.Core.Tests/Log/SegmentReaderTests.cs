using System.Buffers;
using System.Text;
using EventHistory.Core.Celery;
using EventHistory.Core.Log;

namespace EventHistory.Core.Tests.Log;

public sealed class SegmentReaderTests
{
    private static List<string> Split(string body, int count)
    {
        var events = new List<ReadOnlyMemory<byte>>();
        Assert.Null(SegmentReader.Split(Given.Utf8(body), count, events));
        return events.ConvertAll(e => Encoding.UTF8.GetString(e.Span));
    }

    private static string Body(IReadOnlyList<CeleryEvent> events)
    {
        var body = new ArrayBufferWriter<byte>();
        SegmentWriter.Body(events, body);
        return Encoding.UTF8.GetString(body.WrittenSpan);
    }

    private static List<CeleryEvent> Events(params string[] json) => [.. json.Select(Given.Decoded)];

    [Fact]
    public void Real_events_come_back_as_they_were_sent()
    {
        var events = Given.SampleEvents("celery-events.jsonl").Concat(Given.SampleEvents("nasty.jsonl")).ToList();
        Assert.Equal(events.Select(e => Encoding.UTF8.GetString(e.Json.Span)), Split(Body(events), events.Count));
    }

    [Theory]
    [InlineData("""{"type":"x"}""")]
    [InlineData("""{"type":"x","text":"[{,\\n\"}]"}""")]
    [InlineData("{\"type\":\"x\",\n \"a\": 1,\n \"b\": [\n  {},\n  {\"c\": 2}\n ]\n}")]
    [InlineData("{\"type\":\"x\",\"a\":[{},\n{}]}")]
    [InlineData("{\"type\":\"x\",\"a\":[{\"b\":{}},\n{},\n{\"c\":[]}]}")]
    [InlineData("{ \"type\" : \"x\" , \"n\" : -1.5e300 }")]
    [InlineData("{\r\n\t\"type\":\"x\"\r\n}")]
    [InlineData("""{"type":"ü🐇\u0000\ud800","":{"":[[],{}]}}""")]
    public void An_event_with_lines_of_its_own_comes_back_whole(string odd)
    {
        const string Plain = """{"type":"task-sent","n":1}""";
        foreach (var events in new[] { Events(odd), Events(odd, Plain), Events(Plain, odd), Events(Plain, odd, odd, Plain) })
        {
            var json = events.Select(e => Encoding.UTF8.GetString(e.Json.Span)).ToList();
            Assert.Equal(json, Split(Body(events), events.Count));
            Assert.Equal(json, Split(Body(events), count: 99)); // a count that is wrong does not make the events wrong
        }
    }

    [Theory]
    [InlineData("", 1)]
    [InlineData("[", 1)]
    [InlineData("{}", 1)]
    [InlineData("[{}", 1)]
    [InlineData("[{}] x", 1)]
    [InlineData("[{},1]", 2)]
    [InlineData("[{},\n[]]", 2)]
    [InlineData("[{} {}]", 2)]
    public void What_is_no_list_of_objects_is_refused_with_a_reason(string body, int count)
    {
        var events = new List<ReadOnlyMemory<byte>>();
        Assert.NotNull(SegmentReader.Split(Given.Utf8(body), count, events));
        Assert.Empty(events);
    }

    [Fact]
    public void As_deep_as_an_event_may_be_it_is_read()
    {
        var deep = """{"type":"x","a":""" + new string('[', EventDecoder.MaxDepth - 1) + "\n" + new string(']', EventDecoder.MaxDepth - 1) + "}";
        Assert.Equal([deep, deep], Split($"[{deep},\n{deep}]", count: 0));
    }

    [Fact]
    public void An_empty_list_has_no_events() => Assert.Empty(Split("[]", 0));
}
