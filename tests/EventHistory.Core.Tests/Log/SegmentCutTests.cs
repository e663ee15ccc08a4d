using System.Buffers;
using System.Text;
using EventHistory.Core.Celery;
using EventHistory.Core.Log;

namespace EventHistory.Core.Tests.Log;

/// <summary>Events are taken out of segments, and whatever else is changed is still found.</summary>
public sealed class SegmentCutTests
{
    private static readonly List<CeleryEvent> _events = Given.SampleEvents("celery-events.jsonl");
    private static readonly List<string> _labels = [.. _events.Select(e => e.Type).Distinct()];
    private static readonly byte[] _before = [.. Enumerable.Repeat((byte)7, HashChain.LinkBytes)];

    private const long First = 101;

    // 40 events of two parts
    private static LogSegment Segment()
    {
        var events = _events.GetRange(0, 40);
        var body = new ArrayBufferWriter<byte>();
        SegmentWriter.Body(events, body);
        return new LogSegment
        {
            FirstPosition = First,
            From = First,
            Count = 40,
            Parts = [new SegmentPart(15, Given.At("10:00:00")), new SegmentPart(25, Given.At("10:01:00"))],
            Chain = SegmentWriter.Chain(SegmentWriter.Chain(_before, events.GetRange(0, 15)), events.GetRange(15, 25)),
            Epoch = 1,
            FirstOffset = 1,
            LastOffset = 2,
            MinTime = events.Min(e => e.At),
            MaxTime = events.Max(e => e.At),
            Types = [.. events.Select(e => _labels.IndexOf(e.Type)).Distinct()],
            Body = body.WrittenMemory,
        };
    }

    private static string? Label(int number) => _labels.ElementAtOrDefault(number);

    private static ChainCheck Begin(Tombstones? tombstones = null, params NotedHead[] noted) => new(First, _before, Label) { Tombstones = tombstones, Noted = noted };

    private static LogSegment Without(LogSegment segment, RemovalProof proof, params long[] positions)
    {
        var check = Begin();
        Assert.Null(check.Add(segment));
        return SegmentCut.Without(segment, check.Events, (position, _) => positions.Contains(position), proof, Label);
    }

    private static LogSegment Altered(LogSegment segment, string what, string by) =>
        segment with { Body = Given.Utf8(Encoding.UTF8.GetString(segment.Body.Span).Replace(what, by, StringComparison.Ordinal)) };

    private static string Hex(byte[] link) => Convert.ToHexString(link);

    private static (long, string) At(LogSegment segment, long position)
    {
        var (end, link, _) = HashChain.At(segment, _before, position);
        return (end, Hex(link));
    }

    private static List<long> Positions(LogSegment segment) =>
        [.. segment.NewEvents().SelectMany(part => Enumerable.Range(0, part.Count).Select(i => part.Positions[i]))];

    [Theory]
    [InlineData(RemovalProof.Digests)]
    [InlineData(RemovalProof.Seal)]
    public void What_is_left_keeps_its_place_its_time_and_its_bytes(RemovalProof proof)
    {
        long[] gone = [101, 102, 115, 116, 120, 140];
        var cut = Without(Segment(), proof, gone);

        var left = Enumerable.Range(101, 40).Select(p => (long)p).Except(gone).ToList();
        Assert.Equal((40, 34, 140), (cut.Count, cut.Left, cut.LastPosition));
        Assert.Equal([(101, 102), (115, 116), (120, 120), (140, 140)], cut.Removed!.Runs.Select(run => (run.First, run.Last)));
        Assert.Equal(left, Positions(cut));
        Assert.Equal(left.Where(p => p >= 117), Positions(cut with { From = 116 }));
        Assert.Equal([Given.At("10:00:00"), Given.At("10:01:00")], cut.NewEvents().Select(part => part.RecordedAt));
        var slices = new List<ReadOnlyMemory<byte>>();
        Assert.Null(SegmentReader.Split(cut.Body, cut.Left, slices));
        Assert.All(slices.Zip(left), pair => Assert.Equal(_events[(int)(pair.Second - First)].Json.ToArray(), pair.First.ToArray()));
        Assert.True(cut.IndexOf(115) < 0);
        Assert.Equal(117, cut.PositionOf(cut.IndexFrom(115)));
        Assert.Same(cut, Without(cut, proof, gone)); // they are gone already
    }

    [Theory]
    [InlineData(RemovalProof.Digests)]
    [InlineData(RemovalProof.Seal)]
    public void The_chain_goes_on_behind_it_and_tombstones_must_account_for_all_of_it(RemovalProof proof)
    {
        var cut = Without(Without(Segment(), proof, 101, 120), proof, 121, 103);
        var tombstones = new Tombstones([new(101, 120, 2, Tombstone.Erasure), new(103, 121, 2, Tombstone.Prune)]);
        var check = Begin(tombstones);
        Assert.Null(check.Add(cut));
        Assert.Equal((141, Hex(Segment().Chain)), (check.Next, Hex(check.Chain)));
        Assert.Equal(36, check.Events.Length);
        Assert.Equal((102, 104), (check.Positions[0], check.Positions[1]));
        Assert.Equal((2, 2), (tombstones.Events(Tombstone.Erasure), tombstones.Events(Tombstone.Prune)));

        Assert.Equal("The segment of positions 101 to 140 lacks 4 events, but tombstones tell of 2",
            Begin(new([new(101, 120, 2, Tombstone.Erasure)])).Add(cut)?.Sentence);
        Assert.EndsWith("lacks 4 events, but tombstones tell of 0", Begin(new([])).Add(cut)?.Sentence, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(RemovalProof.Digests, "is not as it was recorded")]
    [InlineData(RemovalProof.Seal, "is not as it was left: its seal does not fit")]
    public void A_survivor_that_was_changed_is_found(RemovalProof proof, string sentence)
    {
        var cut = Without(Segment(), proof, [.. Enumerable.Range(103, 30)]);
        Assert.Null(Begin().Add(cut));
        Assert.Contains(sentence, Begin().Add(Altered(cut, "utcoffset", "Utcoffset"))?.Sentence, StringComparison.Ordinal);

        var moved = new RemovedEvents(First, 40, [new(102, 131)], cut.Removed!.Digests, cut.Removed.Seal); // the second event stands at 132 now
        Assert.Contains(sentence, Begin().Add(cut with { Removed = moved })?.Sentence, StringComparison.Ordinal);
        Assert.Contains(sentence, Begin().Add(cut with { Chain = _before })?.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void A_digest_that_was_changed_is_found()
    {
        var cut = Without(Segment(), RemovalProof.Digests, 110);
        var other = new RemovedEvents(First, 40, cut.Removed!.Runs, new byte[32], null);
        Assert.Contains("is not as it was recorded", Begin().Add(cut with { Removed = other })?.Sentence, StringComparison.Ordinal);
        Assert.Contains("has not the digests", Begin().Add(cut with { Removed = new(First, 40, cut.Removed.Runs, new byte[64], null) })?.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_an_erased_segment_every_link_is_proved_and_of_a_sealed_one_only_the_last()
    {
        var inner = new NotedHead(115, SegmentWriter.Chain(_before, _events.GetRange(0, 15)), "the note");
        var last = new NotedHead(140, Segment().Chain, "the note");
        var erased = Without(Segment(), RemovalProof.Digests, 114, 115, 116);
        var check = Begin(null, inner, last);
        Assert.Null(check.Add(erased));
        Assert.Null(check.End(140));
        Assert.Equal(2, check.Links);
        Assert.Equal((115, Hex(inner.Chain)), At(erased, 120));

        var pruned = Without(erased, RemovalProof.Seal, 117);
        Assert.Equal(115, Begin(null, inner).Add(pruned)?.Position);
        check = Begin(null, last);
        Assert.Null(check.Add(pruned));
        Assert.Null(check.End(140));
        Assert.Equal((100, Hex(_before)), At(pruned, 120));
        Assert.NotNull(Without(pruned, RemovalProof.Digests, 118).Removed!.Seal); // the other digests are lost
    }

    [Fact]
    public void A_segment_may_be_empty()
    {
        foreach (var proof in Enum.GetValues<RemovalProof>())
        {
            var empty = Without(Segment(), proof, [.. Enumerable.Range(101, 40)]);
            Assert.Equal("[]", Encoding.UTF8.GetString(empty.Body.Span));
            Assert.Empty(empty.NewEvents());
            var check = Begin();
            Assert.Null(check.Add(empty));
            Assert.Equal((141, Hex(Segment().Chain)), (check.Next, Hex(check.Chain)));
        }
    }

    [Fact]
    public void Tombstones_carry_the_chain_over_segments_that_are_gone()
    {
        var (chain, later) = (Segment().Chain, SegmentWriter.Chain(Segment().Chain, _events.GetRange(40, 5)));
        var bridge = new Tombstone(101, 140, 38, Tombstone.Prune) { LinkBefore = _before, LinkAfter = chain };
        Tombstone[] all = [new(101, 120, 2, Tombstone.Erasure), bridge, new(141, 145, 5, Tombstone.Prune) { LinkBefore = chain, LinkAfter = later }];
        LogFault? End(Tombstone[] tombstones, params NotedHead[] noted) => Begin(new Tombstones(tombstones), noted).End(145);

        Assert.Null(End(all, new NotedHead(140, chain, "the note"), new NotedHead(145, later, "the source")));
        Assert.Equal(new LogFault(141, "Positions 141 to 145 are missing"), End(all[..2]));
        Assert.Equal(new LogFault(101, "Positions 101 to 145 are missing"), End([all[0], all[2]]));
        Assert.Equal("Positions 101 to 140 were taken out, but tombstones tell of 38 events there", End([all[1], all[2]])?.Sentence);
        Assert.Contains("does not follow from the link before", End([all[0], bridge with { LinkBefore = chain }, all[2]])?.Sentence, StringComparison.Ordinal);
        Assert.Contains("does not follow from the link before", End([all[0], bridge with { LinkAfter = later }, all[2]])?.Sentence, StringComparison.Ordinal);
        Assert.Contains("cannot be told any more", End(all, new NotedHead(120, chain, "the note"))?.Sentence, StringComparison.Ordinal);
        Assert.Equal(145, End(all, new NotedHead(145, chain, "the source"))?.Position);
    }

    [Fact]
    public void Neighbours_of_which_something_was_erased_become_one()
    {
        var events = _events.GetRange(40, 5);
        var body = new ArrayBufferWriter<byte>();
        SegmentWriter.Body(events, body);
        var next = Segment() with
        {
            FirstPosition = 141,
            From = 141,
            Count = 5,
            Parts = [new SegmentPart(5, Given.At("10:02:00"))],
            Chain = SegmentWriter.Chain(Segment().Chain, events),
            Types = [.. events.Select(e => _labels.IndexOf(e.Type)).Distinct()],
            MinTime = events.Min(e => e.At),
            MaxTime = events.Max(e => e.At),
            Body = body.WrittenMemory,
        };
        var check = new ChainCheck(141, Segment().Chain, Label);
        Assert.Null(check.Add(next));
        next = SegmentCut.Without(next, check.Events, (position, _) => position == 141, RemovalProof.Digests, Label);
        var first = Without(Segment(), RemovalProof.Digests, 139, 140);
        var both = Encoding.UTF8.GetString(first.Body.Span)[..^1] + ",\n" + Encoding.UTF8.GetString(next.Body.Span)[1..];

        var merged = LogSegment.Of([first, next], Given.Utf8(both));

        var whole = Begin();
        Assert.Null(whole.Add(merged));
        Assert.Equal((146, Hex(next.Chain), 3), (whole.Next, Hex(whole.Chain), whole.Links));
        Assert.Equal([.. Enumerable.Range(101, 38), .. Enumerable.Range(142, 4)], Positions(merged));
    }
}
