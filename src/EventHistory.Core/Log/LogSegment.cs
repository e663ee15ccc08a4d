namespace EventHistory.Core.Log;

/// <summary>
/// A stretch of the log as it is stored: one batch, or several that were merged later and are its parts. Each part has
/// its link of the hash chain, of which only the last one is stored: the others follow from the events.
/// </summary>
public sealed record LogSegment
{
    public required long FirstPosition { get; init; }

    /// <summary>How many events it says it holds.</summary>
    public required int Count { get; init; }

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

    /// <summary>Neighbours as one: their events, positions, links and times.</summary>
    /// <param name="body">Of all of them together.</param>
    public static LogSegment Of(IReadOnlyList<LogSegment> segments, ReadOnlyMemory<byte> body) => new()
    {
        FirstPosition = segments[0].FirstPosition,
        From = segments[0].FirstPosition,
        Count = segments.Sum(s => s.Count),
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
