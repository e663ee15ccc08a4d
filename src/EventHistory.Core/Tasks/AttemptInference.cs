using EventHistory.Core.Celery;

namespace EventHistory.Core.Tasks;

/// <summary>
/// Stamps → attempts. Only <c>task-sent</c> and <c>task-received</c> say which attempt they belong to; for the rest:
/// <list type="bullet">
/// <item><c>started</c> belongs to the latest message that its worker had received before;</item>
/// <item><c>succeeded</c> and <c>failed</c> belong to the latest start on that worker, <c>retried</c> to the earliest
/// one still open (the next attempt is often received, even started, before <c>task-retried</c> is sent);</item>
/// <item><c>revoked</c> and <c>rejected</c> belong to what the worker is running, or to the latest message it received;</item>
/// <item>if that worker was not heard before (lost events, or it refused the message on arrival): to the latest attempt.</item>
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
            if (stamp.Retries() is { } retries)
                attempts[i] = retries;
            if (stamp.Kind == EventKind.TaskSent)
                continue;
            if (!workers.TryGetValue(stamp.Host, out var worker))
                workers[stamp.Host] = worker = new Worker();
            attempts[i] = worker.Take(stamp, latest);
        }
        return attempts;
    }

    private sealed class Worker
    {
        private readonly List<int> _open = [];
        private int? _received;
        private int? _started;

        public int Take(Stamp stamp, int latest)
        {
            switch (stamp.Kind)
            {
                case EventKind.TaskReceived:
                    _received = stamp.Retries() ?? _received;
                    return _received ?? latest;
                case EventKind.TaskStarted:
                    var started = _received ?? latest;
                    _started = started;
                    _open.Add(started);
                    return started;
                case EventKind.TaskRetried:
                    return Close(0) ?? _started ?? _received ?? Math.Max(0, latest - 1);
                case EventKind.TaskSucceeded or EventKind.TaskFailed:
                    return Close(_open.Count - 1) ?? _received ?? latest;
                case EventKind.TaskRejected:
                    return Close(_open.Count - 1) ?? _received ?? latest;
                case EventKind.TaskRevoked:
                    // a worker that refuses a message on arrival has not announced it: then it is the latest attempt
                    return (stamp.IsTerminated() ? Close(_open.Count - 1) : null) ?? (_received == _started ? latest : _received) ?? latest;
                default:
                    return _started ?? _received ?? latest;
            }
        }

        private int? Close(int index)
        {
            if (index < 0 || index >= _open.Count)
                return null;
            var attempt = _open[index];
            _open.RemoveAt(index);
            return attempt;
        }
    }
}
