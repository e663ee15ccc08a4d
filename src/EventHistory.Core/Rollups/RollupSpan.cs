namespace EventHistory.Core.Rollups;

/// <summary>A stretch of time that is read from rollups of one resolution.</summary>
public readonly record struct RollupSpan(RollupResolution Resolution, DateTime From, DateTime To)
{
    /// <summary>A range in as few rollups as have it: whole hours by the hour, what is left at its ends by the minute. Nothing counts finer.</summary>
    /// <param name="minutes">Only minutes, as buckets shorter than an hour need them.</param>
    public static IReadOnlyList<RollupSpan> Cover(DateTime from, DateTime to, bool minutes = false)
    {
        (from, to) = (Floor(from, TimeSpan.TicksPerMinute), Ceiling(to, TimeSpan.TicksPerMinute));
        var (firstHour, lastHour) = (Ceiling(from, TimeSpan.TicksPerHour), Floor(to, TimeSpan.TicksPerHour));
        if (minutes || firstHour >= lastHour)
            return [new(RollupResolution.Minute, from, to)];
        var spans = new List<RollupSpan>(3);
        if (from < firstHour)
            spans.Add(new(RollupResolution.Minute, from, firstHour));
        spans.Add(new(RollupResolution.Hour, firstHour, lastHour));
        if (lastHour < to)
            spans.Add(new(RollupResolution.Minute, lastHour, to));
        return spans;
    }

    private static DateTime Floor(DateTime at, long ticks) => new(at.Ticks - (at.Ticks % ticks), DateTimeKind.Utc);

    private static DateTime Ceiling(DateTime at, long ticks) =>
        at.Ticks % ticks == 0 || at.Ticks > DateTime.MaxValue.Ticks - ticks ? Floor(at, ticks) : Floor(at, ticks).AddTicks(ticks);
}
