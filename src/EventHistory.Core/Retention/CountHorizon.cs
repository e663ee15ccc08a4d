namespace EventHistory.Core.Retention;

/// <summary>Where the newest so many tasks begin.</summary>
/// <param name="Days">So many of the days, the oldest ones, go as a whole.</param>
/// <param name="OfNext">And so many tasks of the next one, the oldest ones.</param>
public readonly record struct CountHorizon(int Days, long OfNext)
{
    /// <param name="tasks">Of each day, the oldest first.</param>
    /// <param name="most">How many may stay; null: all.</param>
    public static CountHorizon Of(IReadOnlyList<long> tasks, long? most)
    {
        var excess = most is { } limit ? tasks.Sum() - limit : 0;
        var days = 0;
        for (; days < tasks.Count && excess >= tasks[days] && excess > 0; days++)
            excess -= tasks[days];
        return new CountHorizon(days, Math.Max(0, excess));
    }
}
