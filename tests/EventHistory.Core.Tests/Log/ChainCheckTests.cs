using System.Buffers;
using System.Text;
using EventHistory.Core.Celery;
using EventHistory.Core.Log;

namespace EventHistory.Core.Tests.Log;

public sealed class ChainCheckTests
{
    private static readonly List<CeleryEvent> _events = Given.SampleEvents("celery-events.jsonl");
    private static readonly List<string> _labels = [.. _events.Select(e => e.Type).Distinct()];

    private static readonly DateTime _at = Given.At("10:00:00");

    /// <summary>A log as the recorder writes it, in segments of so many events.</summary>
    private static List<LogSegment> Log(params int[] counts)
    {
        var (log, link, position) = (new List<LogSegment>(), HashChain.Start(), 1);
        foreach (var count in counts)
        {
            var events = _events.GetRange(position - 1, count);
            log.Add(Segment(position, [new SegmentPart(count, _at.AddSeconds(position))], link = SegmentWriter.Chain(link, events), events));
            position += count;
        }
        return log;
    }

    private static LogSegment Segment(long position, IReadOnlyList<SegmentPart> parts, byte[] chain, List<CeleryEvent> events)
    {
        var body = new ArrayBufferWriter<byte>();
        SegmentWriter.Body(events, body);
        return new LogSegment
        {
            FirstPosition = position,
            From = position,
            Count = events.Count,
            Parts = parts,
            Chain = chain,
            Epoch = 1,
            FirstOffset = position,
            LastOffset = position,
            MinTime = events.Min(e => e.At),
            MaxTime = events.Max(e => e.At),
            Types = [.. events.Select(e => _labels.IndexOf(e.Type)).Distinct()],
            HasOddEscapes = events.Any(e => e.HasOddEscape),
            Body = body.WrittenMemory,
        };
    }

    private static LogSegment Merged(params LogSegment[] segments) => Segment(segments[0].FirstPosition, [.. segments.SelectMany(s => s.Parts)],
        segments[^1].Chain, _events.GetRange((int)segments[0].FirstPosition - 1, segments.Sum(s => s.Count)));

    private static ChainCheck Begin(params NotedHead[] noted) => new(1, HashChain.Start(), number => _labels.ElementAtOrDefault(number)) { Noted = noted };

    private static NotedHead Head(LogSegment last, byte[]? chain = null) => new(last.LastPosition, chain ?? last.Chain, "the note");

    private static LogFault? Check(IReadOnlyList<LogSegment> log, params NotedHead[] noted)
    {
        var check = Begin(noted);
        foreach (var segment in log)
        {
            if (check.Add(segment) is { } fault)
                return fault;
        }
        return check.End(log[^1].LastPosition);
    }

    private static LogSegment Altered(LogSegment segment, string what, string by)
    {
        var text = Encoding.UTF8.GetString(segment.Body.Span);
        var at = text.IndexOf(what, StringComparison.Ordinal);
        Assert.True(at >= 0);
        return segment with { Body = Given.Utf8(string.Concat(text.AsSpan(0, at), by, text.AsSpan(at + what.Length))) };
    }

    [Fact]
    public void A_log_as_it_was_recorded_holds_in_whatever_segments()
    {
        Assert.Null(Check(Log(5, 1, 30, 200)));
        var log = Log(1, 2, 3, 4, 5);
        Assert.Null(Check([log[0], Merged(log[1], log[2], log[3]), log[4]]));
        Assert.Null(Check([Merged(Merged(log[0], log[1]), Merged(log[2], log[3], log[4]))]));
    }

    [Fact]
    public void Segments_that_are_merged_while_they_are_read_are_taken_up_at_the_right_part()
    {
        var log = Log(1, 2, 3, 4, 5);
        var check = Begin();
        Assert.Null(check.Add(log[0]));
        Assert.Null(check.Add(log[1]));

        Assert.Null(check.Add(Merged(log[0], log[1], log[2], log[3]) with { From = 4 }));
        Assert.Equal(_events.GetRange(3, 7).Select(e => e.Digest.Fingerprint()), check.Events.ToArray().Select(e => e.Digest.Fingerprint()));
        Assert.Null(check.Add(log[4]));
        Assert.Equal(16, check.Next);
        Assert.Equal(log[4].Chain, check.Chain);
        Assert.Null(check.End(15));
    }

    [Fact]
    public void A_changed_byte_is_found_in_its_segment()
    {
        var log = Log(5, 7, 30, 5);
        log[2] = Altered(log[2], "pid\": 1", "pid\": 2");
        var fault = Check(log);
        Assert.Equal(13, fault?.Position);
        Assert.StartsWith("The segment of positions 13 to 42 is not as it was recorded", fault?.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void A_changed_byte_is_found_in_a_merged_segment()
    {
        var log = Log(5, 7, 30, 5);
        Assert.Equal(6, Check([log[0], Altered(Merged(log[1], log[2]), "clock\": ", "clock\": 1"), log[3]])?.Position);
    }

    [Fact]
    public void Swapped_events_are_found()
    {
        var log = Log(5, 7, 30);
        var events = _events.GetRange(5, 7);
        (events[2], events[3]) = (events[3], events[2]);
        log[1] = Segment(6, log[1].Parts, log[1].Chain, events);
        Assert.Equal(6, Check(log)?.Position);
    }

    [Fact]
    public void An_event_that_is_gone_is_found()
    {
        var log = Log(5, 7, 30);
        log[1] = log[1] with { Body = Segment(6, log[1].Parts, log[1].Chain, _events.GetRange(5, 6)).Body };
        Assert.Equal("The segment of positions 6 to 12 says that it holds 7 events, but 6 are in it", Check(log)?.Sentence);
    }

    [Fact]
    public void An_event_too_many_is_found()
    {
        var log = Log(5, 7);
        log[1] = log[1] with { Body = Segment(6, log[1].Parts, log[1].Chain, _events.GetRange(5, 8)).Body };
        Assert.Equal(new LogFault(6, "The segment of positions 6 to 12 says that it holds 7 events, but 8 are in it"), Check(log));
    }

    [Fact]
    public void A_changed_count_is_found()
    {
        var log = Log(5, 7, 30);
        log[1] = log[1] with { Count = 6, Parts = [new SegmentPart(6, _at)] };
        Assert.Equal(6, Check(log)?.Position);
        var merged = Merged([.. Log(5, 7)]);
        Assert.Equal(1, Check([merged with { Parts = [new SegmentPart(6, _at), new SegmentPart(6, _at)] }])?.Position);
        Assert.Equal(1, Check([merged with { Parts = [new SegmentPart(6, _at)] }])?.Position);
    }

    [Fact]
    public void A_segment_that_is_gone_is_found_wherever_it_was()
    {
        var log = Log(5, 7, 30);
        Assert.Equal(new LogFault(1, "Positions 1 to 5 are missing"), Check(log[1..]));
        Assert.Equal(new LogFault(6, "Positions 6 to 12 are missing"), Check([log[0], log[2]]));
        var check = Begin();
        Assert.Null(check.Add(log[0]));
        Assert.Null(check.Add(log[1]));
        Assert.Equal(new LogFault(13, "Positions 13 to 42 are missing"), check.End(42));
    }

    [Fact]
    public void A_segment_that_is_there_twice_is_found()
    {
        var log = Log(5, 7, 30);
        Assert.Equal(6, Check([log[0], log[1], log[1], log[2]])?.Position);
    }

    [Fact]
    public void A_link_that_was_changed_is_found()
    {
        var log = Log(5, 7, 30);
        log[1] = log[1] with { Chain = log[0].Chain };
        Assert.Equal(6, Check(log)?.Position);
    }

    [Fact]
    public void What_a_segment_says_of_its_events_is_compared_with_them()
    {
        var segment = Log(9)[0];
        Assert.Contains("times from", Check([segment with { MinTime = _at }])?.Sentence, StringComparison.Ordinal);
        Assert.Contains("times from", Check([segment with { MaxTime = null }])?.Sentence, StringComparison.Ordinal);
        Assert.Contains("escape", Check([segment with { HasOddEscapes = !segment.HasOddEscapes }])?.Sentence, StringComparison.Ordinal);
        Assert.Contains("types", Check([segment with { Types = [.. segment.Types, 99] }])?.Sentence, StringComparison.Ordinal);
        Assert.Contains("types", Check([segment with { Types = [.. segment.Types.Skip(1)] }])?.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_no_event_is_named_by_its_position()
    {
        var log = Log(5, 7);
        Assert.Equal(6, Check([log[0], Altered(log[1], "\"type\"", "\"typo\"")])?.Position);
        Assert.Contains("cannot be read", Check([log[0] with { Body = Given.Utf8("[{]") }])?.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void What_the_recorder_would_have_put_right_is_not_taken_for_what_it_recorded()
    {
        List<CeleryEvent> events = [Given.Decoded("""{"type":"task-x","runtime":"NaN"}""")];
        var segment = Segment(1, [new SegmentPart(1, _at)], SegmentWriter.Chain(HashChain.Start(), events), events);
        var check = new ChainCheck(1, HashChain.Start(), _ => "task-x");
        Assert.Equal(new LogFault(1, "What stands at position 1 is no event: it is not JSON"), check.Add(Altered(segment, "\"NaN\"", "NaN")));
        Assert.Null(new ChainCheck(1, HashChain.Start(), _ => "task-x").Add(segment with { Types = [0] }));
    }

    [Fact]
    public void A_noted_head_proves_the_log_up_to_there()
    {
        var log = Log(1, 2, 3, 4, 5);
        var merged = new[] { log[0], Merged(log[1], log[2], log[3]), log[4] };
        foreach (var segment in log)
        {
            Assert.Null(Check(log, Head(segment), Head(log[4])));
            Assert.Null(Check(merged, Head(segment), Head(log[4])));
            Assert.Equal(segment.LastPosition, Check(log, Head(segment, HashChain.Start()))?.Position);
            Assert.Equal(segment.LastPosition, Check(merged, Head(log[4]), Head(segment, HashChain.Start()))?.Position);
        }
        Assert.Null(Check(log, new NotedHead(0, HashChain.Start(), "the note")));
        Assert.Equal(0, Check(log, new NotedHead(0, log[0].Chain, "the note"))?.Position);
    }

    [Fact]
    public void A_head_that_never_was_one_is_told_where_links_end()
    {
        var log = Log(1, 2, 3, 4, 5);
        foreach (var fault in new[] { Check(log, new NotedHead(5, log[2].Chain, "the note")), Check([Merged([.. log])], new NotedHead(5, log[2].Chain, "the note")) })
        {
            Assert.Equal(5, fault?.Position);
            Assert.EndsWith("where the note has one: one ends at 3, the next at 6", fault?.Sentence, StringComparison.Ordinal);
        }
    }
}
