namespace EventHistory.Benchmarks;

/// <summary>Says before anything begins whether the disk is large enough.</summary>
internal static class DiskSpace
{
    private const long Basis = 8_000_000_000; // the broker's stream and PostgreSQL's WAL
    private const long BytesPerStoredTask = 1_500;
    private const long BytesPerRebuiltTask = 1_000;
    private const long BytesPerCopiedTask = 2_000;

    private static readonly string[] _month = ["at-size", "start-up", "verify", "rebuild", "questions", "prune"];

    public static bool IsEnough(BenchOptions options, IEnumerable<string> parts)
    {
        var names = parts.ToList();
        var folder = options.Keep ?? Path.GetTempPath();
        var databases = (names.Intersect(_month).Any() && !SeededDatabase.IsThere(folder, Spread.LastMonth, options.Tasks) ? 1 : 0)
            + (names.Contains("today") && !SeededDatabase.IsThere(folder, Spread.Today, options.Tasks) ? 1 : 0);
        var needed = Basis + (options.Events * 1_500L)
            + (options.Tasks * ((databases * BytesPerStoredTask) + (names.Contains("rebuild") ? BytesPerRebuiltTask : 0) + (names.Contains("prune") ? BytesPerCopiedTask : 0)));
        Directory.CreateDirectory(folder);
        var free = new DriveInfo(folder).AvailableFreeSpace;
        Bench.Say($"this may take {needed / 1e9:F0} GB of disk below {folder}; {free / 1e9:F0} GB are free");
        if (free >= needed)
            return true;
        Bench.Say("that is not enough: free some, choose another disk with KEEP (and TMPDIR), or measure with fewer TASKS");
        return false;
    }
}
