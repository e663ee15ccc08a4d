using EventHistory.Store;

namespace EventHistory.Ingest;

/// <summary>Looks at the offsets of a subscription one after the other: a jump means that the broker dropped messages before we read them.</summary>
internal sealed class OffsetWatch(SourceState source, ResumePoint resume)
{
    /// <summary>The broker takes an offset for its own bookkeeping in each file of the stream.</summary>
    private const long Bookkeeping = 1;

    private long _expected = resume.After + 1 ?? 0;
    private bool _first = true;

    /// <returns>What is missing before this offset, or null.</returns>
    public StreamGap? Pass(long offset)
    {
        var missing = offset - _expected;
        var first = _first;
        (_first, _expected) = (false, offset + 1);
        if (first && resume.Epoch != source.Epoch)
            return new StreamGap(StreamGap.NewEpoch, resume.Epoch, source.LastOffset, offset, Messages: null);
        return missing > Bookkeeping ? new StreamGap(StreamGap.Truncated, resume.Epoch, offset - missing - 1 is >= 0 and var after ? after : null, offset, missing) : null;
    }
}
