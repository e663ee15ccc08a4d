namespace EventHistory.Core.Reports;

/// <summary>When a delivery that failed is tried again: after pauses that double, until there were enough attempts.</summary>
public sealed record RetryPlan(TimeSpan First, TimeSpan Longest, int Attempts)
{
    /// <param name="attempts">So many failed, at least 1.</param>
    /// <param name="random">0 to 1: so that those which failed together do not come back together.</param>
    /// <returns>How long to wait; null: it is given up.</returns>
    public TimeSpan? After(int attempts, double random)
    {
        if (attempts >= Attempts)
            return null;
        var doubled = First * Math.Pow(2, Math.Min(attempts - 1, 30));
        return (doubled < Longest ? doubled : Longest) * (1 + (random / 4));
    }
}
