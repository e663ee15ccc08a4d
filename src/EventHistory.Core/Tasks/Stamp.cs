using EventHistory.Core.Celery;

namespace EventHistory.Core.Tasks;

/// <summary>
/// What one event contributes to a task's state: its kind, when and where. A task's state is a function of the *set*
/// of its stamps, so neither the order nor the number of arrivals matters.
/// </summary>
/// <param name="At">The sender's clock, UTC, microseconds.</param>
/// <param name="Clock">The sender's Lamport clock; 0 if it had none.</param>
/// <param name="Fingerprint">First bytes of the event's SHA-256: tells apart events that agree in all else.</param>
/// <param name="Host">The sender's node name; empty if unknown.</param>
/// <param name="Pid">The sender's process id; 0 if unknown.</param>
/// <param name="Detail">See <see cref="StampDetail"/>.</param>
/// <param name="Type">The event type of a custom event, else null (the kind tells it).</param>
public readonly record struct Stamp(
    DateTime At, EventKind Kind, long Clock, uint Fingerprint, string Host, int Pid, int Detail, string? Type = null)
    : IComparable<Stamp>
{
    /// <summary>The total order in which events count: a later one wins. Ties are broken by content, never by arrival.</summary>
    public int CompareTo(Stamp other)
    {
        var byTime = At.CompareTo(other.At);
        if (byTime != 0)
            return byTime;
        var byClock = Clock.CompareTo(other.Clock);
        if (byClock != 0)
            return byClock;
        var byKind = Kind.CompareTo(other.Kind);
        return byKind != 0 ? byKind : Fingerprint.CompareTo(other.Fingerprint);
    }

    public static bool operator <(Stamp left, Stamp right) => left.CompareTo(right) < 0;

    public static bool operator >(Stamp left, Stamp right) => left.CompareTo(right) > 0;

    public static bool operator <=(Stamp left, Stamp right) => left.CompareTo(right) <= 0;

    public static bool operator >=(Stamp left, Stamp right) => left.CompareTo(right) >= 0;

    public static Stamp? Of(CeleryEvent e) => e is { At: { } at, TaskId: not null } && e.Kind.IsTask()
        ? new Stamp(at, e.Kind, e.Clock ?? 0, e.Digest.Fingerprint(), e.Hostname ?? "", e.Pid ?? 0, StampDetail.Of(e),
            e.Kind == EventKind.TaskCustom ? e.Type : null)
        : null;
}

/// <summary>The one number a stamp keeps of what its event said; it is stored, so its layout is fixed.</summary>
public static class StampDetail
{
    private const int Named = 1;
    private const int OwnParent = 2;
    private const int Expired = 1;
    private const int Terminated = 2;

    /// <summary>sent, received: 4 × retries (−1 if they are unknown) + flags. revoked: flags. rejected: 1 if requeued.</summary>
    public static int Of(CeleryEvent e) => e.Kind switch
    {
        EventKind.TaskSent or EventKind.TaskReceived => (Math.Min(e.Retries ?? -1, 1 << 28) * 4) | (e.Name is null ? 0 : Named)
            | (TaskId.Parse(e.Parent) is { } parent && parent == e.TaskId ? OwnParent : 0),
        EventKind.TaskRevoked => (e.Expired == true ? Expired : 0) | (e.Terminated == true ? Terminated : 0),
        EventKind.TaskRejected => e.Requeue == true ? 1 : 0,
        _ => 0,
    };

    public static int? Retries(this Stamp stamp) =>
        stamp.Kind is EventKind.TaskSent or EventKind.TaskReceived && stamp.Detail >= 0 ? stamp.Detail / 4 : null;

    public static bool NamesTask(this Stamp stamp) =>
        stamp.Kind is EventKind.TaskSent or EventKind.TaskReceived && (stamp.Detail & Named) != 0;

    /// <summary>True if it may tell the parent. A retry names its own task as parent (Celery 5.2), and so says nothing of it.</summary>
    public static bool TellsParent(this Stamp stamp) =>
        stamp.Kind is EventKind.TaskSent or EventKind.TaskReceived && (stamp.Detail & OwnParent) == 0;

    /// <summary>True for stamps that share the bounded room of a <see cref="StampSet"/>; a nameless message must not crowd out a name.</summary>
    public static bool CountsWith(this Stamp stamp, Stamp other) => stamp.Kind == other.Kind
        && stamp.NamesTask() == other.NamesTask() && stamp.TellsParent() == other.TellsParent();

    public static bool IsTerminated(this Stamp stamp) => stamp.Kind == EventKind.TaskRevoked && (stamp.Detail & Terminated) != 0;
}
