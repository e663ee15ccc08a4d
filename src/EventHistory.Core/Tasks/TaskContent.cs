using EventHistory.Core.Celery;
using EventHistory.Core.Failures;

namespace EventHistory.Core.Tasks;

/// <summary>What a task's row shows beyond its stamps: each group of fields is that of the event that counts most in it.</summary>
public sealed class TaskContent
{
    // of the latest sent or received event that names the task
    public string? Name { get; set; }
    public EventText Args { get; set; }
    public EventText Kwargs { get; set; }
    public EventText Eta { get; set; }
    public EventText Expires { get; set; }
    public TaskId? Root { get; set; }

    /// <summary>Of the latest sent or received event that does not name the task as its own parent.</summary>
    public TaskId? Parent { get; set; }

    // of the latest task-sent
    public string? Client { get; set; }
    public string? Queue { get; set; }
    public string? Exchange { get; set; }
    public string? RoutingKey { get; set; }

    // of the latest task-succeeded
    public EventText Result { get; set; }
    /// <summary>Seconds.</summary>
    public double? Runtime { get; set; }

    // of the latest task-failed or task-retried
    public EventText Exception { get; set; }
    public EventText Traceback { get; set; }
    public FailureKind Failure => _failure ??= FailureKind.Of(Exception, Traceback);

    // of the latest task-revoked
    public bool? Terminated { get; set; }
    public bool? Expired { get; set; }
    public EventText Signal { get; set; }

    private FailureKind? _failure;
    private bool _isAttached;

    public void Define(CeleryEvent e)
    {
        (Name, Args, Kwargs, Eta, Expires, Root) = (e.Name, e.Args, e.Kwargs, e.Eta, e.Expires, TaskId.Parse(e.Root));
        _isAttached = true;
    }

    public void Descend(CeleryEvent e) => Parent = TaskId.Parse(e.Parent);

    public void Send(CeleryEvent e) => (Client, Queue, Exchange, RoutingKey) = (e.Hostname, e.Queue, e.Exchange, e.RoutingKey);

    public void Succeed(CeleryEvent e)
    {
        (Result, Runtime) = (e.Result, e.Runtime);
        _isAttached = true;
    }

    public void Fail(CeleryEvent e)
    {
        (Exception, Traceback, _failure) = (e.Exception, e.Traceback, null);
        _isAttached = true;
    }

    public void Revoke(CeleryEvent e)
    {
        (Terminated, Expired, Signal) = (e.Terminated, e.Expired, e.Signum);
        _isAttached = true;
    }

    /// <summary>Takes the texts out of the messages they came in, whose memory may then be used for others.</summary>
    public void Detach()
    {
        if (!_isAttached)
            return;
        Args = Args.Detached();
        Kwargs = Kwargs.Detached();
        Eta = Eta.Detached();
        Expires = Expires.Detached();
        Result = Result.Detached();
        Exception = Exception.Detached();
        Traceback = Traceback.Detached();
        Signal = Signal.Detached();
        _isAttached = false;
    }
}
