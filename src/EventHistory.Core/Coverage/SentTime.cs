using EventHistory.Core.Celery;

namespace EventHistory.Core.Coverage;

/// <summary>
/// When a place in the stream was passed, by the senders' clocks. A stream is in the order in which the broker took its
/// messages, so the neighbours of a place tell; the middle one of a few does, so that one sender whose clock is wrong
/// cannot.
/// </summary>
public static class SentTime
{
    private const int Few = 9;

    /// <summary>When the first events from an index on were sent; null: none of them has a usable time.</summary>
    public static DateTime? First(IReadOnlyList<CeleryEvent> events, int from = 0)
    {
        var times = new List<DateTime>(Few);
        for (var i = from; i < events.Count && times.Count < Few; i++)
        {
            if (events[i].At is { } at)
                times.Add(at);
        }
        return Middle(times);
    }

    /// <summary>When the last events before an index were sent; null: none of them has a usable time.</summary>
    public static DateTime? Last(IReadOnlyList<CeleryEvent> events, int before)
    {
        var times = new List<DateTime>(Few);
        for (var i = before - 1; i >= 0 && times.Count < Few; i--)
        {
            if (events[i].At is { } at)
                times.Add(at);
        }
        return Middle(times);
    }

    /// <summary>
    /// All that was sent before this is in a batch, or was in an earlier one: our own clock when nothing more was waiting
    /// and what came is fresh (a broker may also pause while it delivers a backlog), else the senders'. Null: unknown.
    /// </summary>
    /// <param name="drainedAt">When the batch was begun, if nothing more came before it was ended.</param>
    public static DateTime? ReadUpTo(IReadOnlyList<CeleryEvent> events, DateTime? drainedAt, DateTime recordedAt)
    {
        var last = Period.Earlier(Last(events, events.Count), recordedAt);
        return drainedAt is not null && !(drainedAt - last > CoverageRules.OnItsWay) && !(last > drainedAt) ? drainedAt : last;
    }

    private static DateTime? Middle(List<DateTime> times)
    {
        times.Sort();
        return times.Count == 0 ? null : times[times.Count / 2];
    }
}
