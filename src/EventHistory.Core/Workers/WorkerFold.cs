using EventHistory.Core.Celery;
using EventHistory.Core.Coverage;

namespace EventHistory.Core.Workers;

/// <summary>
/// What a batch tells about one worker. Everything here is a minimum, a maximum, or a set, so batches merge into the
/// tables in any order and any number of times with the same end.
/// </summary>
public sealed class WorkerFold(string hostname)
{
    /// <summary>No worker lives to start so many tasks: whoever says so is not counted with.</summary>
    private const long MostProcessed = 1_000_000_000_000_000;

    private readonly HashSet<WorkerMark> _marks = [];
    private readonly Dictionary<(int Pid, DateTime Minute), WorkerBeat> _minutes = [];
    private readonly Dictionary<(int Pid, DateTime Minute), (WorkerCount First, WorkerCount Last)> _counts = [];

    public string Hostname { get; } = hostname;
    public DateTime FirstAt { get; private set; } = DateTime.MaxValue;
    public DateTime LastAt { get; private set; } = DateTime.MinValue;
    /// <summary>When the latest of its events was recorded, by our clock.</summary>
    public DateTime HeardAt { get; private set; } = DateTime.MinValue;
    public IReadOnlyCollection<WorkerMark> Marks => _marks;
    /// <summary>Per process and minute its last heartbeat: the series that is kept.</summary>
    public IReadOnlyDictionary<(int Pid, DateTime Minute), WorkerBeat> Minutes => _minutes;
    /// <summary>Per process and minute what its first and its last heartbeat with a count said.</summary>
    public IReadOnlyDictionary<(int Pid, DateTime Minute), (WorkerCount First, WorkerCount Last)> Counts => _counts;
    public WorkerBeat? LastBeat { get; private set; }

    /// <summary>Takes an event of this worker in: task events prove that it lives, worker events say how.</summary>
    /// <param name="recordedAt">When it was recorded, by our clock.</param>
    public void Apply(CeleryEvent e, DateTime recordedAt)
    {
        if (e.At is not { } at)
            return;
        HeardAt = recordedAt > HeardAt ? recordedAt : HeardAt;
        FirstAt = at < FirstAt ? at : FirstAt;
        LastAt = at > LastAt ? at : LastAt;
        if (e.Kind is not (EventKind.WorkerOnline or EventKind.WorkerHeartbeat or EventKind.WorkerOffline))
            return;
        if (e.Kind != EventKind.WorkerHeartbeat)
            _marks.Add(new WorkerMark(at, e.Kind, e.Pid ?? 0, e.Clock ?? 0, e.Digest.Fingerprint()));
        var beat = WorkerBeat.Of(e);
        if (beat.Outranks(LastBeat))
            LastBeat = beat;
        var minute = (beat.Pid, CountSpan.Start(at, CountSpan.Minute));
        if (beat.Outranks(_minutes.GetValueOrDefault(minute)))
            _minutes[minute] = beat;
        if (beat.Processed is >= 0 and <= MostProcessed and var processed)
            _counts[minute] = WorkerCount.Merge(_counts.TryGetValue(minute, out var counts) ? counts : null, new WorkerCount(at, processed));
    }
}
