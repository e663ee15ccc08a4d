using System.Globalization;
using System.Text;
using EventHistory.Core.Celery;
using EventHistory.Core.Tasks;

namespace EventHistory.Core.Tests.Tasks;

/// <summary>A task's row as the shell keeps it: written now and then, forgotten, and loaded again from what it tells.</summary>
internal sealed class Row(TaskId id)
{
    private readonly List<string> _labels = [];
    private TaskFold _fold = new(id);
    private long _position;

    public TaskFold Fold => _fold;
    public TaskContent Content => _fold.Content;
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

    public void Apply(CeleryEvent e) => _fold.Apply(e, ++_position, Given.At("12:00:00").AddSeconds(_position));

    public void Commit()
    {
        _fold.Written();
        _fold.Content.Detach();
    }

    /// <summary>As another writer finds it, which has only what is stored.</summary>
    public void Reload()
    {
        Commit();
        var stamps = StampCodec.Write(_fold.Stamps, LabelOf);
        Assert.All(StampCodec.Labels(stamps), number => Assert.InRange(number, 0, _labels.Count - 1));
        _fold = TaskFold.Load(_fold.Id, Stored(_fold.Content), StampCodec.Read(stamps, number => _labels[number]),
            _fold.FirstAt == DateTime.MaxValue ? DateTime.UnixEpoch : _fold.FirstAt, _fold.Retries, _fold.EventCount, _fold.Positions, _fold.LastPosition);
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
        Line(text, "definition", ("name", Content.Name), ("args", Content.Args.Text()), ("kwargs", Content.Kwargs.Text()), ("eta", Content.Eta.Text()),
            ("expires", Content.Expires.Text()), ("root", Content.Root), ("parent", Content.Parent));
        Line(text, "sent by", ("client", Content.Client), ("queue", Content.Queue), ("exchange", Content.Exchange), ("routing_key", Content.RoutingKey));
        Line(text, "outcome", ("result", Content.Result.Text()), ("runtime", Content.Runtime), ("exception", Content.Exception.Text()),
            ("traceback", Content.Traceback.Text()), ("terminated", Content.Terminated), ("expired", Content.Expired), ("signal", Content.Signal.Text()));
        return text.ToString();
    }

    private static TaskContent Stored(TaskContent content) => new()
    {
        Name = content.Name,
        Args = Stored(content.Args),
        Kwargs = Stored(content.Kwargs),
        Eta = Stored(content.Eta),
        Expires = Stored(content.Expires),
        Root = Stored(content.Root),
        Parent = Stored(content.Parent),
        Client = content.Client,
        Queue = content.Queue,
        Exchange = content.Exchange,
        RoutingKey = content.RoutingKey,
        Result = Stored(content.Result),
        Runtime = content.Runtime,
        Exception = Stored(content.Exception),
        Traceback = Stored(content.Traceback),
        Terminated = content.Terminated,
        Expired = content.Expired,
        Signal = Stored(content.Signal),
    };

    private static EventText Stored(EventText text) => EventText.Of(text.Text());

    private static TaskId? Stored(TaskId? id) => id is { } some ? TaskId.Stored(some.Key, some.OddText) : null;

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
