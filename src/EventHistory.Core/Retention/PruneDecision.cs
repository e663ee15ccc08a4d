namespace EventHistory.Core.Retention;

/// <summary>How a partition loses what goes.</summary>
public enum PartitionFate
{
    /// <summary>It stays as it is.</summary>
    Stays,

    /// <summary>So few go that their rows are deleted.</summary>
    LosesRows,

    /// <summary>What stays is written anew, and takes its place.</summary>
    Rewritten,

    Dropped,
}

/// <summary>Partitions first: whole ones go, mixed ones are written anew, and only a handful of rows is worth a deletion.</summary>
public static class PruneDecision
{
    /// <summary>To delete a row costs about as much as to copy fifty; its space is not given back.</summary>
    private const int RowsPerDeletion = 50;

    private const int MostDeletions = 5000;

    /// <param name="rows">How many tasks the partition has.</param>
    /// <param name="going">How many of them go.</param>
    public static PartitionFate OfTasks(long rows, long going) =>
        going == 0 ? PartitionFate.Stays
        : going >= rows ? PartitionFate.Dropped
        : going <= MostDeletions && going * RowsPerDeletion <= rows ? PartitionFate.LosesRows
        : PartitionFate.Rewritten;

    /// <summary>A day of the log is written anew when most of it belongs to tasks that are gone; till then they lie there.</summary>
    /// <param name="events">That the day has.</param>
    /// <param name="gone">Events among them of which no task is left.</param>
    public static bool RewritesLog(long events, long gone) => gone > 0 && gone * 2 >= events;
}
