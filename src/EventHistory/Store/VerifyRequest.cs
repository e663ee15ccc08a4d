using EventHistory.Core.Log;

namespace EventHistory.Store;

/// <summary>Which logs to prove, and how much of them.</summary>
/// <param name="Source">The name of one; null: all.</param>
/// <param name="From">The first position; null: the log's first.</param>
/// <param name="To">The last position; null: the log's last.</param>
/// <param name="Head">A head that was noted earlier.</param>
/// <param name="TasksAreOutdated">Whether the rows of the tasks wait for a rebuild: they need not fit the log.</param>
internal sealed record VerifyRequest(string? Source, long? From, long? To, NotedHead? Head, bool TasksAreOutdated = false)
{
    /// <summary>Whether the rows of the tasks are compared: only with a whole log they can be.</summary>
    public bool ComparesTasks => From is null && To is null && !TasksAreOutdated;

    /// <returns>The sources that are meant.</returns>
    /// <exception cref="StartException">There are none, or they do not reach so far; exit code 2.</exception>
    public List<LogSource> Choose(List<LogSource> all)
    {
        var chosen = all.FindAll(s => Source is null || s.Name == Source);
        var names = string.Join(", ", all.Select(s => s.Name));
        if (Source is not null && chosen.Count == 0)
            throw Bad($"there is no source \"{Source}\"; {(all.Count == 0 ? "nothing is recorded yet" : $"there are: {names}")}");
        if (chosen.Count > 1 && (From ?? To ?? Head?.Position) is not null)
            throw Bad($"positions belong to one source, and there are several: name one of {names} with --source");
        if (From > To)
            throw Bad($"--from {From} is behind --to {To}: give the smaller position first");
        foreach (var source in chosen)
            CheckBounds(source);
        return chosen;
    }

    private void CheckBounds(LogSource source)
    {
        var last = source.Next - 1;
        var has = last < source.First ? "is empty" : $"has positions {source.First} to {last}";
        foreach (var (option, position) in new[] { ("--from", From), ("--to", To) })
        {
            if (position is { } given && (given < source.First || given > last))
                throw Bad($"{option} {given} is outside of the log: that of source {source.Name} {has}");
        }
        if (Head is { } head && (head.Position < (From ?? source.First) - 1 || head.Position > To))
            throw Bad($"--head {head.Position} is outside of what is to be verified: positions {From ?? source.First} to {To ?? last}");
    }

    private static StartException Bad(string sentence) => new($"verify: {sentence}.", StartException.BadSettings);
}

/// <param name="First">The first position that was verified.</param>
/// <param name="Last">The last one; smaller than the first: the log is empty.</param>
/// <param name="Chain">The link behind the last position.</param>
/// <param name="Tasks">How many tasks' rows were compared; null: none were to be.</param>
/// <param name="TaskEvents">Their events in the log.</param>
/// <param name="Tombstones">Of what was taken out of it.</param>
/// <param name="Fault">The first thing that is wrong; null: nothing is.</param>
internal sealed record LogVerdict(LogSource Source, long First, long Last, byte[] Chain, long Links, long? Tasks, long TaskEvents, Tombstones Tombstones, LogFault? Fault);

/// <summary>How far a proof is.</summary>
/// <param name="What">What is being read.</param>
/// <param name="Total">0: nobody knows.</param>
internal readonly record struct WorkProgress(string What, long Done, long Total);
