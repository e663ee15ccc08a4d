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

    /// <summary>The attempt that decides the task's state: the last one.</summary>
    public static Attempt? Deciding(IReadOnlyList<Stamp> stamps)
    {
        if (stamps.Count == 0)
            return null;
        var assigned = AttemptInference.Assign(stamps);
        return Tell(assigned.Max(), stamps, assigned);
    }

    private static Attempt Tell(int number, IReadOnlyList<Stamp> stamps, int[] assigned)
    {
        Stamp? sent = null, received = null, started = null, succeeded = null, failed = null;
        Stamp? retried = null, revoked = null, rejected = null, custom = null, latest = null;
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
                default: custom = stamp; break;
            }
            if (stamp.Kind is not (EventKind.TaskSent or EventKind.TaskCustom))
                latest = stamp;
        }
        if (rejected is { } no && (received > no || started > no))
            rejected = null; // given back to the queue, and taken again
        if (received > custom)
            custom = null; // what an earlier run of this attempt said

        var outcome = succeeded ?? failed ?? revoked ?? retried ?? rejected;
        var said = outcome ?? custom ?? started ?? received ?? sent!.Value;
        var worker = outcome ?? latest ?? custom;
        return new Attempt(number, StateOf(said, number), said.At, sent?.At, received?.At, started?.At, outcome?.At,
            NullIfEmpty(worker?.Host), worker is { Pid: not 0, Kind: not EventKind.TaskCustom } process ? process.Pid : null, said.Clock);
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
        _ => TaskStates.OfCustom(stamp.Type!),
    };

    private static string? NullIfEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
