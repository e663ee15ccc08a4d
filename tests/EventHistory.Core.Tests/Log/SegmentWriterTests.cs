using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using EventHistory.Core.Celery;
using EventHistory.Core.Log;

namespace EventHistory.Core.Tests.Log;

public sealed class SegmentWriterTests
{
    private static readonly CeleryEvent _first = Given.Decoded("""{"type":"task-sent","n":1}""");
    private static readonly CeleryEvent _second = Given.Decoded("""{"type":"task-x","ü":"\u0000"}""");

    private static string Body(params CeleryEvent[] events)
    {
        var body = new ArrayBufferWriter<byte>();
        SegmentWriter.Body(events, body);
        return Encoding.UTF8.GetString(body.WrittenSpan);
    }

    [Fact]
    public void A_segment_is_a_JSON_array_with_one_verbatim_event_a_line()
    {
        Assert.Equal("""
            [{"type":"task-sent","n":1},
            {"type":"task-x","ü":"\u0000"}]
            """.ReplaceLineEndings("\n"), Body(_first, _second));
        Assert.Equal("[]", Body());
    }

    [Fact]
    public void Real_events_come_out_as_they_went_in()
    {
        var events = Given.SampleEvents("celery-events.jsonl").Concat(Given.SampleEvents("nasty.jsonl")).ToArray();
        var read = JsonSerializer.Deserialize<JsonElement[]>(Body(events))!;
        Assert.Equal(events.Select(e => Encoding.UTF8.GetString(e.Json.Span)), read.Select(e => e.GetRawText()));
    }

    /// <summary>SHA-256(32 zero bytes, SHA-256(first event), SHA-256(second event)), as any other program computes it.</summary>
    [Fact]
    public void The_chain_is_the_one_that_is_documented()
    {
        var chain = SegmentWriter.Chain(new byte[SegmentWriter.ChainBytes], [_first, _second]);
        Assert.Equal("f76f23aea6b096beff36105dbabfe08d407595c20712d77602dce581d4f58a14", Convert.ToHexStringLower(chain));
        var one = SegmentWriter.Chain(new byte[SegmentWriter.ChainBytes], [_first]);
        Assert.Equal(SHA256.HashData([.. one, .. SHA256.HashData(_second.Json.Span)]), SegmentWriter.Chain(one, [_second]));
    }

    [Fact]
    public void The_chain_depends_on_every_event_and_on_their_order()
    {
        CeleryEvent[][] segments = [[_first, _second], [_second, _first], [_first], []];
        var chains = segments.Select(events => Convert.ToHexString(SegmentWriter.Chain(new byte[SegmentWriter.ChainBytes], events)));
        Assert.Equal(4, chains.Distinct().Count());
    }
}
