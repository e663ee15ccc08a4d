using EventHistory.Core.Celery;

namespace EventHistory.Core.Tasks;

/// <summary>
/// Stamps → what the task's row says. Pure: the same set gives the same story. Where it differs from Celery's own
/// monitor (<c>celery.events.state</c>, which Flower shows) is listed in <see cref="CeleryDifferences"/>.
/// </summary>
public static class TaskStory
{
    /// <summary>The attempts that left any trace, in order; empty if there are no stamps.</summary>
    public static IReadOnlyList<Attempt> Attempts(IReadOnlyList<Stamp> stamps)
    {
        var assigned = AttemptInference.Assign(stamps);
        return [.. assigned.Distinct().Order().Select(number => Tell(number, stamps, assigned))];
    }

    /// <summary>The attempt that decides the task's state: the last one. While no worker has it, it shows the one that had the attempt before.</summary>
    public static Attempt? Deciding(IReadOnlyList<Stamp> stamps)
    {
        if (stamps.Count == 0)
            return null;
        var assigned = AttemptInference.Assign(stamps);
        var number = assigned.Max();
        var last = Tell(number, stamps, assigned);
        if (last.Worker is not null || assigned.Min() == number)
            return last;
        var before = Tell(Before(number, assigned), stamps, assigned);
        return last with { Worker = before.Worker, Pid = before.Pid };
    }

    private static int Before(int number, int[] assigned) => assigned.Where(n => n < number).Max();

    private static Attempt Tell(int number, IReadOnlyList<Stamp> stamps, int[] assigned)
    {
        Stamp? sent = null, received = null, started = null, succeeded = null, failed = null;
        Stamp? retried = null, revoked = null, rejected = null, cancelled = null, custom = null, latest = null;
        for (var i = 0; i < assigned.Length; i++)
        {
            if (assigned[i] != number)
                continue;
            var stamp = stamps[i];
            switch (stamp.Kind)
            {
                case EventKind.TaskSent: sent = stamp; break;
                case EventKind.TaskReceived: received = stamp; break;
                case EventKind.TaskStarted: started = stamp; break;
                case EventKind.TaskSucceeded: succeeded = stamp; break;
                case EventKind.TaskFailed: failed = stamp; break;
                case EventKind.TaskRetried: retried = stamp; break;
                case EventKind.TaskRevoked: revoked = stamp; break;
                case EventKind.TaskRejected: rejected = stamp; break;
                case EventKind.TaskCancelled: cancelled = stamp; break;
                default: custom = stamp; break;
            }
            if (stamp.Kind is not (EventKind.TaskSent or EventKind.TaskCustom))
                latest = stamp;
        }
        var returned = cancelled is null || rejected > cancelled ? rejected : cancelled;
        var merelyGotAgain = received > started && !(received > returned) && IsOneProcess(started, received);
        if (received is not null && !merelyGotAgain)
        {
            // given back to the queue, or lost with its worker, and taken again: only the new run counts
            started = started > received ? started : null;
            custom = custom > received ? custom : null;
        }
        if (received > returned || started > returned)
            returned = null;

        var outcome = succeeded ?? failed ?? revoked ?? retried ?? returned;
        if (outcome is { Host: var host } && (received?.Host != host || started?.Host != host))
        {
            received = Last(EventKind.TaskReceived, host) ?? received; // the run that ended, whatever other hosts' clocks say
            started = Last(EventKind.TaskStarted, host) ?? started;
        }
        var said = outcome ?? custom ?? started ?? received ?? sent!.Value;
        var worker = outcome ?? latest ?? custom;
        return new Attempt(number, StateOf(said, number), said.At, sent?.At, received?.At, started?.At, outcome?.At,
            NullIfEmpty(worker?.Host), worker is { Pid: not 0, Kind: not EventKind.TaskCustom } process ? process.Pid : null, said.Clock);

        Stamp? Last(EventKind kind, string host)
        {
            var index = assigned.Length - 1;
            while (index >= 0 && (assigned[index] != number || stamps[index].Kind != kind || stamps[index].Host != host))
                index--;
            return index < 0 ? null : stamps[index];
        }
    }

    private static string StateOf(Stamp stamp, int number) => stamp.Kind switch
    {
        EventKind.TaskSent => number > 0 ? TaskStates.Retry : TaskStates.Pending, // sent again: the retry is still under way
        EventKind.TaskReceived => TaskStates.Received,
        EventKind.TaskStarted => TaskStates.Started,
        EventKind.TaskSucceeded => TaskStates.Success,
        EventKind.TaskFailed => TaskStates.Failure,
        EventKind.TaskRetried => TaskStates.Retry,
        EventKind.TaskRevoked => TaskStates.Revoked,
        EventKind.TaskRejected => TaskStates.Rejected,
        EventKind.TaskCancelled => TaskStates.Cancelled,
        _ => TaskStates.OfCustom(stamp.Type!),
    };

    /// <summary>False if the worker was another one, or was restarted in between: its clock began anew (process ids repeat in containers).</summary>
    private static bool IsOneProcess(Stamp? earlier, Stamp? later) =>
        earlier?.Host == later?.Host && earlier?.Pid == later?.Pid && earlier?.Clock <= later?.Clock;

    private static string? NullIfEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
