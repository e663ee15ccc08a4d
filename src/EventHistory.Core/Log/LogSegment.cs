namespace EventHistory.Core.Log;

/// <summary>
/// A stretch of the log as it is stored: one batch, or several that were merged later and are its parts. Each part has
/// its link of the hash chain, of which only the last one is stored: the others follow from the events.
/// </summary>
public sealed record LogSegment
{
    public required long FirstPosition { get; init; }

    /// <summary>How many events it says were recorded in it: as many positions it has, whatever was taken out since.</summary>
    public required int Count { get; init; }

    /// <summary>What was taken out of it since; null: nothing, as of nearly all.</summary>
    public RemovedEvents? Removed { get; init; }

    /// <summary>In position order, at least one; their counts add up to <see cref="Count"/>.</summary>
    public required IReadOnlyList<SegmentPart> Parts { get; init; }

    /// <summary>The link behind its last event.</summary>
    public required byte[] Chain { get; init; }

    public required int Epoch { get; init; }
    public required long FirstOffset { get; init; }
    public required long LastOffset { get; init; }
    /// <summary>The earliest time its events bear, UTC; null: none has a usable one.</summary>
    public DateTime? MinTime { get; init; }
    public DateTime? MaxTime { get; init; }
    /// <summary>Labels of the event types in it.</summary>
    public required IReadOnlyList<int> Types { get; init; }
    /// <summary>Whether an event holds an escape that PostgreSQL's JSON functions refuse.</summary>
    public bool HasOddEscapes { get; init; }

    /// <summary>The events as <see cref="SegmentWriter.Body"/> wrote them, UTF-8. Valid until the next segment is read.</summary>
    public required ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>
    /// The first position that is new to the reader. It lies behind <see cref="FirstPosition"/> when reading began inside
    /// this segment, and when segments were merged while they were being read: then at the beginning of a part.
    /// </summary>
    public required long From { get; init; }

    public long LastPosition => FirstPosition + Count - 1;

    /// <summary>How many events are in its body.</summary>
    public int Left => Removed is null ? Count : Removed.Left.Length;

    /// <summary>The position of an event of its body.</summary>
    public long PositionOf(int index) => Removed is null ? FirstPosition + index : Removed.Left[index];

    /// <summary>Where in its body the event at a position is; negative: it was taken out.</summary>
    public int IndexOf(long position) => Removed is null ? (int)(position - FirstPosition) : Array.BinarySearch(Removed.Left, position);

    /// <summary>Where in its body the first event is that stands at or behind a position.</summary>
    public int IndexFrom(long position) => IndexOf(position) is >= 0 and var index ? index : ~IndexOf(position);

    /// <summary>The positions of the events of its body, from one on.</summary>
    public EventPositions PositionsFrom(int index) => Removed is null ? new(FirstPosition + index) : new(0, Removed.Left.AsMemory(index));

    /// <summary>Its events from <see cref="From"/> on, those that were recorded together at a time.</summary>
    public IEnumerable<PartEvents> NewEvents()
    {
        var position = FirstPosition;
        foreach (var part in Parts)
        {
            var end = position + part.Count;
            var (index, next) = (IndexFrom(Math.Max(position, From)), IndexFrom(end));
            if (index < next)
                yield return new PartEvents(index, next - index, PositionsFrom(index), part.RecordedAt);
            position = end;
        }
    }

    /// <summary>Neighbours as one: their events, positions, links and times.</summary>
    /// <param name="body">Of all of them together.</param>
    public static LogSegment Of(IReadOnlyList<LogSegment> segments, ReadOnlyMemory<byte> body) => new()
    {
        FirstPosition = segments[0].FirstPosition,
        From = segments[0].FirstPosition,
        Count = segments.Sum(s => s.Count),
        Removed = RemovedEvents.Of(segments),
        Parts = [.. segments.SelectMany(s => s.Parts)],
        Chain = segments[^1].Chain,
        Epoch = segments[0].Epoch,
        FirstOffset = segments[0].FirstOffset,
        LastOffset = segments[^1].LastOffset,
        MinTime = segments.Min(s => s.MinTime),
        MaxTime = segments.Max(s => s.MaxTime),
        Types = [.. segments.SelectMany(s => s.Types).Distinct().Order()],
        HasOddEscapes = segments.Any(s => s.HasOddEscapes),
        Body = body,
    };

    /// <summary>When the event at this position was recorded.</summary>
    public DateTime RecordedAt(long position)
    {
        var end = FirstPosition;
        foreach (var part in Parts)
        {
            end += part.Count;
            if (position < end)
                return part.RecordedAt;
        }
        throw new ArgumentOutOfRangeException(nameof(position), position, "The segment does not hold it.");
    }
}

/// <summary>The events that one transaction recorded.</summary>
public readonly record struct SegmentPart(int Count, DateTime RecordedAt);

/// <summary>Of a part, what is in the body.</summary>
/// <param name="Index">Of the first event.</param>
/// <param name="Count">How many.</param>
public readonly record struct PartEvents(int Index, int Count, EventPositions Positions, DateTime RecordedAt);
