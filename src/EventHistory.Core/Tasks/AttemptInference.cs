using EventHistory.Core.Celery;

namespace EventHistory.Core.Tasks;

/// <summary>
/// Stamps → attempts. Only <c>task-sent</c> and <c>task-received</c> say which attempt they belong to; for the rest:
/// <list type="bullet">
/// <item><c>started</c> belongs to the latest message that its worker had received before;</item>
/// <item><c>succeeded</c>, <c>failed</c>, <c>rejected</c> and <c>cancelled</c> belong to the latest start on that worker, <c>retried</c>
/// to the earliest one still open (the next attempt is often received, even started, before <c>task-retried</c> is sent);</item>
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

        var processes = new Dictionary<(string Host, int Pid), WorkerProcess>();
        var active = new Dictionary<string, WorkerProcess>(StringComparer.Ordinal); // by host, the one heard last
        for (var i = 0; i < stamps.Count; i++)
        {
            var stamp = stamps[i];
            int? attempt = null;
            if (stamp.Kind == EventKind.TaskSent)
            {
                attempt = stamp.Retries();
            }
            else if (stamp.Kind == EventKind.TaskCustom)
            {
                attempt = active.GetValueOrDefault(stamp.Host)?.Running; // sent by a pool child, with its own process id
            }
            else
            {
                if (!processes.TryGetValue((stamp.Host, stamp.Pid), out var process))
                    processes[(stamp.Host, stamp.Pid)] = process = new WorkerProcess();
                active[stamp.Host] = process;
                attempt = process.Take(stamp);
            }
            attempts[i] = attempt ?? (stamp.Kind == EventKind.TaskRetried ? latest - 1 : latest);
        }
        return attempts;
    }

    /// <summary>A worker's main process, and the messages of this task that it holds.</summary>
    private sealed class WorkerProcess
    {
        private readonly List<(int Attempt, bool Started)> _held = [];
        private long _clock;

        public int? Running => AttemptAt(_held.FindLastIndex(m => m.Started)) ?? AttemptAt(_held.Count - 1);

        /// <returns>The stamp's attempt; null if this process's own events do not tell.</returns>
        public int? Take(Stamp stamp)
        {
            if (stamp.Clock < _clock)
                _held.Clear(); // restarted under the same process id: what it held before is lost
            _clock = stamp.Clock;
            return stamp.Kind switch
            {
                EventKind.TaskReceived => Receive(stamp.Retries()),
                EventKind.TaskStarted => Start(_held.FindLastIndex(m => !m.Started)) ?? AttemptAt(_held.Count - 1),
                EventKind.TaskRetried => End(_held.FindIndex(m => m.Started)) ?? Retried(),
                EventKind.TaskRevoked when !stamp.IsTerminated() => End(_held.FindLastIndex(m => !m.Started)),
                _ => End(_held.FindLastIndex(m => m.Started)) ?? End(_held.Count - 1),
            };
        }

        private int? Receive(int? attempt)
        {
            if (attempt is { } number && !_held.Exists(m => m.Attempt == number))
                _held.Add((number, Started: false));
            return attempt;
        }

        private int? Start(int index)
        {
            if (index >= 0)
                _held[index] = _held[index] with { Started = true };
            return AttemptAt(index);
        }

        // no start was heard: it is the attempt before the only message held, which was received meanwhile
        private int? Retried() => _held is [{ Attempt: > 0 and var next }] ? next - 1 : End(_held.Count > 0 ? 0 : -1);

        private int? End(int index)
        {
            var attempt = AttemptAt(index);
            if (index >= 0)
                _held.RemoveAt(index);
            return attempt;
        }

        private int? AttemptAt(int index) => index >= 0 ? _held[index].Attempt : null;
    }
}
