using EventHistory.Ingest;
using EventHistory.Store;

namespace EventHistory.Tests.Ingest;

public sealed class OffsetWatchTests
{
    private static readonly SourceState _source = new(1, 1, 1, 99, new byte[32], 500, new byte[32], 500);

    private readonly OffsetWatch _watch = new(_source, new ResumePoint(100L, 1, 99));

    [Fact]
    public void Consecutive_offsets_have_no_gap()
    {
        Assert.Null(_watch.Pass(100));
        Assert.Null(_watch.Pass(101));
    }

    [Fact]
    public void One_offset_is_the_brokers_own_bookkeeping()
    {
        Assert.Null(_watch.Pass(101));
        Assert.Null(_watch.Pass(103));
    }

    [Fact]
    public void More_than_one_is_a_gap_with_its_size()
    {
        Assert.Equal(new StreamGap(StreamGap.Truncated, 1, 99, 150, 50), _watch.Pass(150));
        Assert.Null(_watch.Pass(151));
    }

    [Fact]
    public void A_stream_that_does_not_begin_at_zero_had_messages_before()
    {
        var fresh = new OffsetWatch(_source with { LastOffset = null, LastDigest = null }, new ResumePoint("first", 1, null));
        Assert.Equal(new StreamGap(StreamGap.Truncated, 1, null, 40, 40), fresh.Pass(40));
    }

    [Fact]
    public void A_new_epoch_is_a_gap_of_unknown_size_once()
    {
        var anew = new OffsetWatch(_source, new ResumePoint("first", 2, null));
        Assert.Equal(new StreamGap(StreamGap.NewEpoch, 2, 99, 0, null), anew.Pass(0));
        Assert.Null(anew.Pass(1));
    }
}
