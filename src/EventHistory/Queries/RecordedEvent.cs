using EventHistory.Core.Celery;
using EventHistory.Core.Log;

namespace EventHistory.Queries;

/// <summary>An event as it is read from the log again.</summary>
internal readonly record struct RecordedEvent(long Position, DateTime RecordedAt, CeleryEvent Event)
{
    /// <summary>The events of a segment from <see cref="LogSegment.From"/> on; they keep slices of its body.</summary>
    public static List<RecordedEvent> Of(LogSegment segment)
    {
        var events = new List<CeleryEvent>(segment.Left);
        EventDecoder.Decode(segment.Body, events);
        var recorded = new List<RecordedEvent>(events.Count);
        foreach (var part in segment.NewEvents())
        {
            for (var i = 0; i < part.Count; i++)
                recorded.Add(new RecordedEvent(part.Positions[i], part.RecordedAt, events[part.Index + i]));
        }
        return recorded;
    }

    /// <param name="json">The event verbatim, in memory that is not used again.</param>
    public static RecordedEvent Of(long position, DateTime recordedAt, ReadOnlyMemory<byte> json)
    {
        var decoded = new List<CeleryEvent>(1);
        EventDecoder.Decode(json, decoded);
        return new RecordedEvent(position, recordedAt, decoded[0]);
    }
}
