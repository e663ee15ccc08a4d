using EventHistory.Core.Celery;

namespace EventHistory.Core.Tasks;

/// <summary>
/// Stamps → attempts. Only <c>task-sent</c> and <c>task-received</c> say which attempt they belong to; for the rest:
/// <list type="bullet">
/// <item><c>started</c> belongs to the latest message that its worker had received before;</item>
/// <item><c>succeeded</c>, <c>failed</c> and <c>rejected</c> belong to the latest start on that worker, <c>retried</c> to
/// the earliest one still open (the next attempt is often received, even started, before <c>task-retried</c> is sent);</item>
/// <item><c>revoked</c> belongs to what the worker is running if it says "terminated", else to what waits there;</item>
/// <item>if the worker holds no such message (events were lost, or it refused one on arrival): to the latest attempt.</item>
/// </list>
/// Times are only compared within one worker, so clocks that differ between hosts do no harm.
/// </summary>
internal static class AttemptInference
{
    /// <returns>The attempt number for each stamp, in the order of the stamps.</returns>
    public static int[] Assign(IReadOnlyList<Stamp> stamps)
    {
        var attempts = new int[stamps.Count];
        var latest = 0;
        for (var i = 0; i < stamps.Count; i++)
            latest = Math.Max(latest, stamps[i].Retries() ?? 0);
        if (latest == 0)
            return attempts; // one attempt: everything belongs to it

        var workers = new Dictionary<string, Worker>(StringComparer.Ordinal);
        for (var i = 0; i < stamps.Count; i++)
        {
            var stamp = stamps[i];
            if (stamp.Kind == EventKind.TaskSent)
            {
                attempts[i] = stamp.Retries() ?? latest;
                continue;
            }
            if (!workers.TryGetValue(stamp.Host, out var worker))
                workers[stamp.Host] = worker = new Worker();
            attempts[i] = worker.Take(stamp) ?? (stamp.Kind == EventKind.TaskRetried ? latest - 1 : latest);
        }
        return attempts;
    }

    /// <summary>A message that a worker process holds.</summary>
    private readonly record struct Run(int Attempt, int Pid, bool Started);

    private sealed class Worker
    {
        private readonly List<Run> _open = [];
        private int? _last;

        /// <returns>Null if this worker's own events do not tell.</returns>
        public int? Take(Stamp stamp)
        {
            var pid = stamp.Pid; // a restarted worker does not finish what the process before it began
            return stamp.Kind switch
            {
                EventKind.TaskReceived => Receive(stamp),
                EventKind.TaskStarted => Start(_open.FindLastIndex(run => run.Pid == pid && !run.Started)) ?? Running(pid),
                EventKind.TaskRetried => End(_open.FindIndex(run => run.Pid == pid && run.Started)) ?? End(_open.FindIndex(run => run.Pid == pid)),
                EventKind.TaskRevoked when !stamp.IsTerminated() => End(_open.FindLastIndex(run => run.Pid == pid && !run.Started)),
                EventKind.TaskCustom => Last(_open.FindLastIndex(run => run.Started)) ?? _last, // sent by a pool child with its own pid
                _ => End(_open.FindLastIndex(run => run.Pid == pid && run.Started)) ?? End(_open.FindLastIndex(run => run.Pid == pid)),
            };
        }

        private int? Receive(Stamp stamp)
        {
            if (stamp.Retries() is not { } attempt)
                return null;
            if (!_open.Exists(run => run.Attempt == attempt && run.Pid == stamp.Pid))
                _open.Add(new Run(attempt, stamp.Pid, Started: false));
            return _last = attempt;
        }

        private int? Start(int index)
        {
            if (index >= 0)
                _open[index] = _open[index] with { Started = true };
            return Last(index);
        }

        private int? Running(int pid) => Last(_open.FindLastIndex(run => run.Pid == pid));

        private int? End(int index)
        {
            var attempt = Last(index);
            if (index >= 0)
                _open.RemoveAt(index);
            return attempt;
        }

        private int? Last(int index) => index >= 0 ? _open[index].Attempt : null;
    }
}
