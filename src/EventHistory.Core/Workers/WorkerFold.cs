using EventHistory.Core.Celery;

namespace EventHistory.Core.Workers;

/// <summary>
/// What a batch tells about one worker. Everything here is a minimum, a maximum, or a set, so batches merge into the
/// tables in any order and any number of times with the same end.
/// </summary>
public sealed class WorkerFold(string hostname)
{
    private readonly HashSet<WorkerMark> _marks = [];
    private readonly Dictionary<(int Pid, DateTime Minute), WorkerBeat> _minutes = [];

    public string Hostname { get; } = hostname;
    public DateTime FirstAt { get; private set; } = DateTime.MaxValue;
    public DateTime LastAt { get; private set; } = DateTime.MinValue;
    public IReadOnlyCollection<WorkerMark> Marks => _marks;
    /// <summary>Per process and minute its last heartbeat: the series that is kept.</summary>
    public IReadOnlyDictionary<(int Pid, DateTime Minute), WorkerBeat> Minutes => _minutes;
    public WorkerBeat? LastBeat { get; private set; }

    /// <summary>Takes an event of this worker in: task events prove that it lives, worker events say how.</summary>
    public void Apply(CeleryEvent e)
    {
        if (e.At is not { } at)
            return;
        FirstAt = at < FirstAt ? at : FirstAt;
        LastAt = at > LastAt ? at : LastAt;
        if (e.Kind is not (EventKind.WorkerOnline or EventKind.WorkerHeartbeat or EventKind.WorkerOffline))
            return;
        if (e.Kind != EventKind.WorkerHeartbeat)
            _marks.Add(new WorkerMark(at, e.Kind, e.Pid ?? 0, e.Clock ?? 0, e.Digest.Fingerprint()));
        var beat = WorkerBeat.Of(e);
        if (beat.Outranks(LastBeat))
            LastBeat = beat;
        var minute = (beat.Pid, new DateTime(at.Ticks - (at.Ticks % TimeSpan.TicksPerMinute), DateTimeKind.Utc));
        if (beat.Outranks(_minutes.GetValueOrDefault(minute)))
            _minutes[minute] = beat;
    }
}
