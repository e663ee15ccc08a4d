namespace EventHistory.Core.Coverage;

/// <summary>
/// The check that does not rely on the broker: a worker counts the tasks it starts (<c>processed</c> in its heartbeats),
/// and counts one in the very handler that sends <c>task-started</c> (celery/worker/request.py, on_accepted). So between
/// two heartbeats of a process its count must grow by the number of <c>task-started</c> events.
/// </summary>
/// <param name="Verdict">One of the constants below.</param>
/// <param name="Range">From its first span to its last.</param>
/// <param name="Counted">Tasks it started, by its own count.</param>
/// <param name="Seen">Its <c>task-started</c> events that were recorded; some may lie before the first or behind the last count.</param>
/// <param name="MissingAtLeast">How many of them must be missing.</param>
/// <param name="Missing">When; they may add up to less, as the bounds at the ends of each are rough.</param>
/// <param name="Coarse">Spans that would tell more if they were looked at in finer ones.</param>
public sealed record WorkerCheck(
    string Worker, int Pid, string Verdict, Period Range, long Counted, long Seen, long MissingAtLeast,
    IReadOnlyList<MissingStarts> Missing, IReadOnlyList<WorkerActivity> Coarse)
{
    public const string Agrees = "agrees";
    public const string Misses = "misses";
    /// <summary>It started tasks and sent no task events at all: it runs without <c>-E</c>.</summary>
    public const string Silent = "silent";
    /// <summary>It gave no two counts to compare.</summary>
    public const string Unchecked = "unchecked";
    /// <summary>Its count goes up and down: several processes share its name and process id.</summary>
    public const string Ambiguous = "ambiguous";

    /// <summary>One lost <c>worker-online</c> hides a restart; many restarts without one are two processes talking in turn.</summary>
    private const int MostHiddenRestarts = 2;

    /// <summary>Compares what is known of a process.</summary>
    /// <param name="process">With at least one span of activity.</param>
    public static WorkerCheck Of(WorkerProcess process)
    {
        var (lives, torn, hidden) = WorkerLife.Of(process);
        var missing = lives.ConvertAll(life => life.Missing());
        var found = missing.SelectMany(m => m.Parts).ToList();
        var (counted, seen) = (lives.Sum(life => life.Counted), process.Activity.Sum(a => a.Started));
        var verdict = hidden > Math.Max(MostHiddenRestarts, process.Activity.Count / 10) ? Ambiguous
            : !lives.Any(life => life.CanTell) ? Unchecked
            : counted > 0 && seen == 0 ? Silent
            : found.Count > 0 ? Misses
            : Agrees;
        if (verdict is Ambiguous)
            found.Clear();
        return new WorkerCheck(process.Worker, process.Pid, verdict, new Period(process.Activity[0].Since, process.Activity[^1].Until),
            counted, seen, verdict is Ambiguous ? 0 : missing.Sum(m => m.AtLeast), found, [.. Doubtful(process.Activity, torn, found)]);
    }

    // Where a life ends and another begins, and both ends of what is missing
    private static IEnumerable<WorkerActivity> Doubtful(IReadOnlyList<WorkerActivity> activity, List<WorkerActivity> torn, List<MissingStarts> missing) =>
        torn.Concat(activity.Where(a => missing.Any(m => a.Since == m.Of.From || a.Until == m.Of.To)))
            .Where(a => a.Span != CountSpan.Minute).Distinct();
}

/// <summary><c>task-started</c> events that were sent, and are not in the log.</summary>
/// <param name="AtLeast">There may be more: those started between a heartbeat and the end of its span cannot be told apart.</param>
public sealed record MissingStarts(Period Of, long AtLeast);
