namespace EventHistory.Core.Celery;

/// <summary>
/// One event as its sender said it. Every field may be missing or of the wrong type on the wire: what could not be
/// understood is null here and still verbatim in the log. Long texts are decoded when they are asked for.
/// </summary>
public sealed class CeleryEvent
{
    internal CeleryEvent()
    {
    }

    /// <summary>The event's own JSON object, byte for byte; a slice of the message it came in.</summary>
    public ReadOnlyMemory<byte> Json { get; internal set; }
    public EventDigest Digest { get; internal set; }
    /// <summary><c>task-received</c>, <c>worker-heartbeat</c>, … Never empty.</summary>
    public string Type { get; internal set; } = "";
    public EventKind Kind { get; internal set; }

    /// <summary>The sender's clock, UTC to the microsecond; null if missing or outside 1970…9999. <c>utcoffset</c> is
    /// ignored: the timestamp already is UTC (celery/celery#6213 tells what happens otherwise).</summary>
    public DateTime? At { get; internal set; }
    public string? Hostname { get; internal set; }
    public int? Pid { get; internal set; }
    /// <summary>The sender's Lamport clock.</summary>
    public long? Clock { get; internal set; }
    public TaskId? TaskId { get; internal set; }

    // task-sent, task-received
    public string? Name { get; internal set; }
    public int? Retries { get; internal set; }
    public string? Queue { get; internal set; }
    public string? Exchange { get; internal set; }
    public string? RoutingKey { get; internal set; }
    public EventText Args => ArgsAt.In(Json);
    public EventText Kwargs => KwargsAt.In(Json);
    public EventText Root => RootAt.In(Json);
    public EventText Parent => ParentAt.In(Json);
    public EventText Eta => EtaAt.In(Json);
    public EventText Expires => ExpiresAt.In(Json);

    // how it ended
    public EventText Result => ResultAt.In(Json);
    /// <summary>Seconds, measured in the pool child.</summary>
    public double? Runtime { get; internal set; }
    public EventText Exception => ExceptionAt.In(Json);
    public EventText Traceback => TracebackAt.In(Json);
    public bool? Terminated { get; internal set; }
    public bool? Expired { get; internal set; }
    public EventText Signum => SignumAt.In(Json);
    public bool? Requeue { get; internal set; }

    /// <summary>What a worker tells of itself; null if the event does not.</summary>
    public WorkerReport? Report { get; internal set; }

    /// <summary>True if the JSON holds an escape that PostgreSQL's JSON functions cannot read.</summary>
    public bool HasOddEscape { get; internal set; }

    internal TextPlace ArgsAt, KwargsAt, RootAt, ParentAt, EtaAt, ExpiresAt, ResultAt, ExceptionAt, TracebackAt, SignumAt;

    /// <summary>As new.</summary>
    internal void Clear()
    {
        (Json, Digest, Type, Kind, At, Hostname, Pid, Clock, TaskId, HasOddEscape) = (default, default, "", default, null, null, null, null, null, false);
        (Name, Retries, Queue, Exchange, RoutingKey) = (null, null, null, null, null);
        (Runtime, Terminated, Expired, Requeue, Report) = (null, null, null, null, null);
        ArgsAt = KwargsAt = RootAt = ParentAt = EtaAt = ExpiresAt = ResultAt = ExceptionAt = TracebackAt = SignumAt = default;
    }
}

/// <summary>
/// Events that are used again. At a hundred thousand a second they live just long enough to be dear for the garbage collector;
/// who keeps anything of an event keeps its texts, not the event.
/// </summary>
public sealed class EventPool
{
    private const int Kept = 25_000; // some 10 MB
    private const int KeptLists = 4;

    private readonly Stack<CeleryEvent> _unused = new();
    private readonly Stack<List<CeleryEvent>> _lists = new();

    /// <summary>An empty list.</summary>
    public List<CeleryEvent> List() => _lists.TryPop(out var list) ? list : [];

    /// <summary>Nobody looks at these events any more, nor at the list.</summary>
    public void Return(List<CeleryEvent> events)
    {
        foreach (var e in events)
        {
            if (_unused.Count == Kept)
                break;
            e.Clear();
            _unused.Push(e);
        }
        events.Clear();
        if (_lists.Count < KeptLists)
            _lists.Push(events);
    }

    internal CeleryEvent Rent() => _unused.TryPop(out var e) ? e : new CeleryEvent();
}

/// <summary>The fields of <c>worker-heartbeat</c>, <c>worker-online</c> and <c>worker-offline</c>.</summary>
public sealed class WorkerReport
{
    internal WorkerReport()
    {
    }

    /// <summary>Seconds between heartbeats.</summary>
    public double? Freq { get; internal set; }
    public int? Active { get; internal set; }
    public long? Processed { get; internal set; }
    public double[]? LoadAverage { get; internal set; }
    public string? Software { get; internal set; }
    public string? SoftwareVersion { get; internal set; }
    public string? SoftwareSystem { get; internal set; }
}

/// <summary>Where a text stands in its event's JSON. No text starts at the first byte, which is the object's brace: 0 stands for "none".</summary>
/// <param name="start">Of its first byte, behind the quote.</param>
/// <param name="length">In bytes.</param>
/// <param name="escaped">Whether it holds escapes.</param>
internal readonly struct TextPlace(int start, int length, bool escaped)
{
    private readonly int _start = start;
    private readonly int _length = escaped ? ~length : length;

    public EventText In(ReadOnlyMemory<byte> json) => _start == 0 ? default
        : EventText.OfJson(json.Slice(_start, _length < 0 ? ~_length : _length), _length < 0);
}
