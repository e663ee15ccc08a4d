using System.Globalization;
using System.Text;
using EventHistory.Core.Celery;
using EventHistory.Core.Tasks;

namespace EventHistory.Core.Tests.Tasks;

/// <summary>A task's row as the shell keeps it: the fold's stamps, and texts that are overwritten when a batch brings new ones.</summary>
internal sealed class Row(TaskId id)
{
    private readonly List<string> _labels = [];
    private TaskFold _fold = new(id);
    private long _position;

    public CeleryEvent? Definition { get; private set; }
    public CeleryEvent? Lineage { get; private set; }
    public CeleryEvent? Sent { get; private set; }
    public CeleryEvent? Succeeded { get; private set; }
    public CeleryEvent? Error { get; private set; }
    public CeleryEvent? Revoked { get; private set; }
    public TaskFold Fold => _fold;
    public Attempt? Last => TaskStory.Deciding(_fold.Stamps);
    public string State => Last?.State ?? TaskStates.Pending;

    /// <summary>The row after one batch of these events, which must be of one task.</summary>
    public static Row Of(IReadOnlyList<CeleryEvent> events)
    {
        var row = new Row(events[0].TaskId!.Value);
        foreach (var e in events)
            row.Apply(e);
        row.Commit();
        return row;
    }

    public void Apply(CeleryEvent e) => _fold.Apply(e, ++_position);

    public void Commit()
    {
        Definition = _fold.Definition ?? Definition;
        Lineage = _fold.Lineage ?? Lineage;
        Sent = _fold.Sent ?? Sent;
        Succeeded = _fold.Succeeded ?? Succeeded;
        Error = _fold.Error ?? Error;
        Revoked = _fold.Revoked ?? Revoked;
        _fold.Written();
    }

    /// <summary>As another writer finds it, which has only what is stored.</summary>
    public void Reload()
    {
        Commit();
        var stamps = StampCodec.Write(_fold.Stamps, LabelOf);
        Assert.All(StampCodec.Labels(stamps), number => Assert.InRange(number, 0, _labels.Count - 1));
        _fold = TaskFold.Load(_fold.Id, StampCodec.Read(stamps, number => _labels[number]), _fold.FirstAt == DateTime.MaxValue ? DateTime.UnixEpoch : _fold.FirstAt,
            _fold.Retries, _fold.EventCount, _fold.Positions, _fold.LastPosition);
    }

    public DateTime? Latest(EventKind kind) => _fold.Stamps.Last(kind)?.At;

    /// <summary>Everything but positions and the count of events, which do depend on repetition.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        Line(text, Last is { } last ? $"{last.State} since {Time(last.StateAt)}" : "PENDING", ("first_seen", Time(_fold.FirstAt)), ("retries", _fold.Retries),
            ("worker", Last?.Worker), ("pid", Last?.Pid), ("clock", Last?.Clock ?? 0));
        Line(text, "times", [.. Enum.GetValues<EventKind>().Where(kind => kind.IsTask() && kind != EventKind.TaskCustom)
            .Select(kind => (kind.ToString()["Task".Length..].ToLowerInvariant(), (object?)Time(Latest(kind))))]);
        foreach (var a in TaskStory.Attempts(_fold.Stamps))
        {
            Line(text, $"attempt {a.Number} {a.State} since {Time(a.StateAt)}", ("sent", Time(a.Sent)), ("received", Time(a.Received)), ("started", Time(a.Started)),
                ("ended", Time(a.Ended)), ("worker", a.Worker), ("pid", a.Pid), ("queue_wait", a.QueueWait?.TotalSeconds), ("worker_wait", a.WorkerWait?.TotalSeconds));
        }
        Line(text, "definition", ("name", Definition?.Name), ("args", Definition?.Args), ("kwargs", Definition?.Kwargs), ("eta", Definition?.Eta),
            ("expires", Definition?.Expires), ("root", Definition?.RootId), ("parent", Lineage?.ParentId));
        Line(text, "sent by", ("client", Sent?.Hostname), ("queue", Sent?.Queue), ("exchange", Sent?.Exchange), ("routing_key", Sent?.RoutingKey));
        Line(text, "outcome", ("result", Succeeded?.Result), ("runtime", Succeeded?.Runtime), ("exception", Error?.Exception), ("traceback", Error?.Traceback),
            ("terminated", Revoked?.Terminated), ("expired", Revoked?.Expired), ("signal", Revoked?.Signum));
        return text.ToString();
    }

    private int LabelOf(string text)
    {
        if (!_labels.Contains(text))
            _labels.Add(text);
        return _labels.IndexOf(text);
    }

    private static string? Time(DateTime? time) =>
        time is null || time == DateTime.MaxValue ? null : time.Value.ToString("HH:mm:ss.FFFFFF", CultureInfo.InvariantCulture);

    private static void Line(StringBuilder text, string first, params ReadOnlySpan<(string Name, object? Value)> fields)
    {
        text.Append(first);
        foreach (var (name, value) in fields)
        {
            if (value is not null and not "")
                text.Append(CultureInfo.InvariantCulture, $" {name}={value}");
        }
        text.Append('\n');
    }
}
