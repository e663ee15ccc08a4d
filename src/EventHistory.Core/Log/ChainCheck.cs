using System.Globalization;
using System.Runtime.InteropServices;
using EventHistory.Core.Celery;

namespace EventHistory.Core.Log;

/// <summary>
/// Follows a log from a link that is trusted, segment by segment, and finds the first thing that does not follow. A link
/// proves the events it covers as a whole: what is wrong is named by the segment, not by the event.
/// </summary>
/// <param name="next">The position of the first event to come.</param>
/// <param name="chain">The link before it, which is trusted.</param>
/// <param name="label">The text of a label that segments name their event types with; null: there is no such label.</param>
public sealed class ChainCheck(long next, byte[] chain, Func<int, string?> label)
{
    private readonly List<ReadOnlyMemory<byte>> _slices = [];
    private List<CeleryEvent> _events = [];
    private readonly EventPool _pool = new();
    private readonly List<EventDigest> _digests = [];
    private readonly HashSet<string> _types = new(StringComparer.Ordinal);
    private byte[] _chain = chain;
    private int _known;

    /// <summary>The position behind what was checked.</summary>
    public long Next { get; private set; } = next;

    /// <summary>The link that ends just before <see cref="Next"/>.</summary>
    public byte[] Chain => _chain;

    /// <summary>How many links were found right.</summary>
    public long Links { get; private set; }

    /// <summary>Links to come across on the way.</summary>
    public IReadOnlyList<NotedHead> Noted { get; init; } = [];

    /// <summary>What must account for all that was taken out; null: it is not asked whether they do.</summary>
    public Tombstones? Tombstones { get; init; }

    /// <summary>What the segment that was added last brought, until the next is added.</summary>
    public ReadOnlySpan<CeleryEvent> Events => CollectionsMarshal.AsSpan(_events)[_known..];

    /// <summary>The positions of <see cref="Events"/>.</summary>
    public EventPositions Positions { get; private set; }

    /// <returns>What is wrong with the segment; null: nothing.</returns>
    public LogFault? Add(LogSegment segment) =>
        Cross(segment.FirstPosition) ?? Meet(Next - 1, _chain) ?? Continue(segment) ?? Read(segment) ?? Follow(segment) ?? Compare(segment);

    /// <summary>Says that there are no more segments.</summary>
    /// <param name="last">The position up to which there should be some.</param>
    public LogFault? End(long last) =>
        Cross(last + 1) ?? (Next <= last ? new LogFault(Next, $"{Range(Next, last)} missing") : Meet(Next - 1, _chain));

    // Where segments are gone, tombstones carry the chain over
    private LogFault? Cross(long to)
    {
        while (Next < to && Tombstones?.Bridge(Next) is { } tombstone)
        {
            var stretch = $"Positions {tombstone.First} to {tombstone.Last} were taken out";
            if (Meet(Next - 1, _chain) is { } other)
                return other;
            if (!tombstone.LinkBefore.AsSpan().SequenceEqual(_chain))
                return new LogFault(Next, $"{stretch}, but their tombstone does not follow from the link before, which is {Hex(_chain)}");
            if (Tombstones.Events(tombstone.First, tombstone.Last) is var told && told != tombstone.Last + 1 - tombstone.First)
                return new LogFault(Next, $"{stretch}, but tombstones tell of {told} events there");
            if (Unprovable(tombstone.First, tombstone.Last) is { } lost)
                return lost;
            (_chain, Next) = (tombstone.LinkAfter!, tombstone.Last + 1);
        }
        return null;
    }

    // A head that was noted where links cannot be followed any more
    private LogFault? Unprovable(long first, long last) => Noted.FirstOrDefault(n => n.Position >= first && n.Position < last) is { } noted
        ? new LogFault(noted.Position, $"Whether {noted.Who} at position {noted.Position} was right cannot be told any more: events of positions {first} to {last} were pruned since")
        : null;

    // A segment begins where the one before ended; or it was merged since, and one of its parts does
    private LogFault? Continue(LogSegment segment)
    {
        if (segment.Parts.Sum(p => (long)p.Count) != segment.Count || segment.Parts.Any(p => p.Count <= 0))
            return Fault(segment, $"says that it holds {segment.Count} events, but its parts do not add up to that");
        if (segment.FirstPosition > Next)
            return new LogFault(Next, $"{Range(Next, segment.FirstPosition - 1)} missing");
        var begin = segment.FirstPosition;
        for (var part = 0; begin < Next && part < segment.Parts.Count; part++)
            begin += segment.Parts[part].Count;
        return begin == Next && segment.LastPosition >= Next
            ? null
            : new LogFault(segment.FirstPosition, $"{Name(segment)} begins inside the one before, which ends at {Next - 1}");
    }

    private LogFault? Read(LogSegment segment)
    {
        _slices.Clear();
        _pool.Return(_events);
        _events = _pool.List();
        _digests.Clear();
        if (SegmentReader.Split(segment.Body, segment.Left, _slices) is { } reason)
            return Fault(segment, $"cannot be read: {reason}");
        if (_slices.Count != segment.Left)
            return Fault(segment, $"says that it holds {segment.Left} events, but {_slices.Count} are in it");
        foreach (var slice in _slices)
        {
            // one that was read only after it was put right (NaN in quotes) is not the one that was recorded
            var rejection = EventDecoder.Decode(slice, _events, _pool);
            if (rejection is not null || _events[^1].Json.Length != slice.Length)
            {
                var position = segment.PositionOf(_digests.Count);
                return new LogFault(position, $"What stands at position {position} is no event: {rejection?.Reason.TrimEnd('.') ?? "it is not JSON"}");
            }
            _digests.Add(_events[^1].Digest);
        }
        return null;
    }

    private LogFault? Follow(LogSegment segment)
    {
        if (segment.Removed is { } removed && (Account(segment, removed) ?? Woven(segment, removed)) is { } fault)
            return fault;
        var (link, position) = (_chain, segment.FirstPosition);
        _known = segment.IndexFrom(Next);
        Positions = segment.PositionsFrom(_known);
        if (segment.Removed?.Seal is not null)
        {
            (_chain, Next) = (segment.Chain, segment.LastPosition + 1);
            return null;
        }
        foreach (var part in segment.Parts)
        {
            var end = position + part.Count;
            if (position >= Next)
            {
                if (Noted.FirstOrDefault(n => n.Position >= position && n.Position < end - 1) is { } noted)
                {
                    return new LogFault(noted.Position, $"No link of the chain ends at position {noted.Position}, where {noted.Who} has one: "
                        + $"one ends at {position - 1}, the next at {end - 1}");
                }
                link = HashChain.Next(link, CollectionsMarshal.AsSpan(_digests).Slice((int)(position - segment.FirstPosition), part.Count));
                if (end <= segment.LastPosition && Meet(end - 1, link) is { } other)
                    return other;
            }
            position = end;
        }
        if (!link.AsSpan().SequenceEqual(segment.Chain))
            return Fault(segment, $"is not as it was recorded: its link is {Hex(segment.Chain)}, but its events make it {Hex(link)}");
        Links += segment.Parts.Count;
        (_chain, Next) = (link, position);
        return null;
    }

    private LogFault? Account(LogSegment segment, RemovedEvents removed) =>
        Tombstones?.Events(segment.FirstPosition, segment.LastPosition) is { } told && told != removed.Count
            ? Fault(segment, $"lacks {removed.Count} events, but tombstones tell of {told}")
            : null;

    // Makes the digests those of all events that the segment ever had, if it kept them; else the seal is all there is
    private LogFault? Woven(LogSegment segment, RemovedEvents removed)
    {
        if (removed.Seal is not null)
        {
            return HashChain.Seal(segment.Chain, removed.Left, CollectionsMarshal.AsSpan(_digests)).AsSpan().SequenceEqual(removed.Seal)
                ? Unprovable(Math.Max(Next, segment.FirstPosition), segment.LastPosition)
                : Fault(segment, "is not as it was left: its seal does not fit what is in it");
        }
        if (removed.Digests?.Length != removed.Count * HashChain.LinkBytes)
            return Fault(segment, $"lacks {removed.Count} events, but has not the digests of so many");
        var all = removed.Weave(segment.FirstPosition, CollectionsMarshal.AsSpan(_digests));
        _digests.Clear();
        _digests.AddRange(all);
        return null;
    }

    private LogFault? Compare(LogSegment segment)
    {
        _types.Clear();
        DateTime? min = null, max = null;
        var odd = false;
        foreach (var e in _events)
        {
            _types.Add(e.Type);
            odd |= e.HasOddEscape;
            if (e.At is not { } at)
                continue;
            min = at < min ? at : min ?? at;
            max = at > max ? at : max ?? at;
        }
        if (min != segment.MinTime || max != segment.MaxTime)
            return Fault(segment, $"says that its events bear times from {Time(segment.MinTime)} to {Time(segment.MaxTime)}, but they bear {Time(min)} to {Time(max)}");
        if (odd != segment.HasOddEscapes)
            return Fault(segment, $"says that it has {(odd ? "no escape" : "an escape")} that PostgreSQL cannot read, but it has {(odd ? "one" : "none")}");
        return _types.SetEquals(segment.Types.Select(type => label(type) ?? $"label {type}"))
            ? null
            : Fault(segment, "names other types than those of its events");
    }

    private LogFault? Meet(long position, byte[] link) =>
        Noted.FirstOrDefault(n => n.Position == position && !n.Chain.AsSpan().SequenceEqual(link)) is { } noted
            ? new LogFault(position, $"The link at position {position} is {Hex(link)}, but {noted.Who} has {Hex(noted.Chain)}")
            : null;

    private static LogFault Fault(LogSegment segment, string what) => new(segment.FirstPosition, $"{Name(segment)} {what}");

    private static string Name(LogSegment segment) => $"The segment of positions {segment.FirstPosition} to {segment.LastPosition}";

    private static string Range(long first, long last) => first == last ? $"Position {first} is" : $"Positions {first} to {last} are";

    private static string Time(DateTime? time) => time is { } at ? at.ToString("yyyy-MM-dd HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture) : "none";

    private static string Hex(ReadOnlySpan<byte> link) => Convert.ToHexStringLower(link);
}
