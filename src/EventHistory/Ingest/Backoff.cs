using EventHistory.Settings;

namespace EventHistory.Ingest;

/// <summary>Growing pauses, with jitter so that many processes do not come back in step.</summary>
internal static class Backoff
{
    /// <param name="failures">In a row, 1 for the first.</param>
    /// <param name="random">0 to 1.</param>
    public static TimeSpan Pause(BackoffSettings bounds, int failures, double random)
    {
        var doubled = bounds.First * Math.Pow(2, Math.Min(failures - 1, 20));
        var longest = doubled < bounds.Max ? doubled : bounds.Max;
        return longest * (0.5 + (random / 2));
    }
}
