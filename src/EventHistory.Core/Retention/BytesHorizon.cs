namespace EventHistory.Core.Retention;

/// <summary>Which days go so that the rest is no larger than it may be.</summary>
public static class BytesHorizon
{
    /// <param name="days">With what log and tasks of each take on disk, the oldest first.</param>
    /// <param name="other">What everything else takes, which does not go.</param>
    /// <param name="most">What all may take; null: anything.</param>
    /// <returns>All before this time goes; null: nothing.</returns>
    public static DateTime? Of(IReadOnlyList<(DateOnly Day, long Bytes)> days, long other, long? most)
    {
        var excess = most is { } limit ? days.Sum(day => day.Bytes) + other - limit : 0;
        DateTime? before = null;
        for (var i = 0; i < days.Count - 1 && excess > 0; i++) // today stays
        {
            excess -= days[i].Bytes;
            before = days[i].Day.AddDays(1).ToDateTime(TimeOnly.MinValue, DateTimeKind.Utc);
        }
        return before;
    }
}
