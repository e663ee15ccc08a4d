using EventHistory.Core.Celery;
using EventHistory.Core.Log;

namespace EventHistory.Queries;

/// <summary>An event as it is read from the log again.</summary>
internal readonly record struct RecordedEvent(long Position, DateTime RecordedAt, CeleryEvent Event)
{
    /// <summary>The events of a segment from <see cref="LogSegment.From"/> on; they keep slices of its body.</summary>
    public static List<RecordedEvent> Of(LogSegment segment)
    {
        var events = new List<CeleryEvent>(segment.Count);
        EventDecoder.Decode(segment.Body, events);
        var recorded = new List<RecordedEvent>(events.Count);
        var position = segment.FirstPosition;
        foreach (var part in segment.Parts)
        {
            for (var left = part.Count; left > 0; left--, position++)
            {
                if (position >= segment.From)
                    recorded.Add(new RecordedEvent(position, part.RecordedAt, events[(int)(position - segment.FirstPosition)]));
            }
        }
        return recorded;
    }
}
