using EventHistory.Core.Celery;
using EventHistory.Core.Tasks;

namespace EventHistory.Core.Tests.Tasks;

/// <summary>
/// A task's life as a Celery cluster plays it: three workers whose clocks may differ, retries on any of them, lost
/// workers, redelivery, revocation. It knows the truth, which is what the fold has to find out from the events alone.
/// </summary>
internal sealed class LifeStory
{
    private static readonly string[] _workers = ["celery@w1", "celery@w2", "celery@w3"];

    private const string Restart = "";

    private readonly Random _random;
    private readonly List<CeleryEvent> _events = [];
    private readonly string _id;
    private readonly List<(DateTime At, string Type, string Host, int Pid, (string, object?)[] Fields)> _told = [];
    private readonly Dictionary<string, TimeSpan> _skew = [];
    private readonly Dictionary<string, int> _pids = [];
    private readonly bool _sentEvents;
    private DateTime _now;

    /// <param name="skewed">Clocks of hosts differ by up to an hour.</param>
    public LifeStory(int seed, bool skewed)
    {
        _random = new Random(seed);
        _id = new Guid(seed, 0, (short)(skewed ? 0x4001 : 0x4000), 0x80, 0, 0, 0, 0, 0, 0, 0).ToString();
        _now = Given.At("10:00:00").AddMilliseconds(_random.Next(1_000_000));
        _sentEvents = Chance(70);
        foreach (var worker in _workers)
        {
            _skew[worker] = skewed ? TimeSpan.FromSeconds(_random.Next(-3600, 3600)) : TimeSpan.Zero;
            _pids[worker] = Chance(50) ? 1 : _random.Next(2, 30_000); // 1 in a container
        }
        _skew["gen1@c1"] = skewed ? TimeSpan.FromSeconds(_random.Next(-3600, 3600)) : TimeSpan.Zero;
        Play();
        var hosts = _told.ConvertAll(t => _skew[t.Host]);
        if (hosts.Count > 0 && hosts.Max() - hosts.Min() > TimeSpan.FromMinutes(45))
            Twists.Add(Twist.ClocksApart);
        var clocks = new Dictionary<(string, int), long>();
        foreach (var (at, type, host, pid, fields) in _told.OrderBy(t => t.At))
        {
            var clock = clocks[(host, pid)] = type == Restart ? 0 : clocks.GetValueOrDefault((host, pid)) + 1;
            if (type != Restart)
                _events.Add(Given.Event(type, at + _skew[host], host, pid, clock, _id, fields));
        }
    }

    /// <summary>In the order in which they happened.</summary>
    public IReadOnlyList<CeleryEvent> Events => _events;

    /// <summary>Number, state and worker of each attempt that left a trace.</summary>
    public List<(int Number, string State, string? Worker)> Truth { get; } = [];

    /// <summary>What it holds of all that can happen.</summary>
    public HashSet<Twist> Twists { get; } = [];

    /// <summary>A message went to a second worker while nobody said that the first one had lost it.</summary>
    public bool Redelivered { get; private set; }

    private string AnyWorker => _workers[_random.Next(_workers.Length)];

    private bool Chance(int percent) => _random.Next(100) < percent;

    private void Wait(int milliseconds) => _now = _now.AddMicroseconds(_random.Next(1, milliseconds * 1000));

    private void Tell(string type, string host, int? pid = null, TimeSpan delay = default, params (string, object?)[] fields) =>
        _told.Add((_now + delay, type, host, pid ?? _pids.GetValueOrDefault(host, 77), fields));

    private void TellMessage(string type, string host, int attempt, int? pid = null, TimeSpan delay = default)
    {
        List<(string, object?)> fields =
        [
            ("name", "shop.add"), ("args", $"({attempt},)"), ("kwargs", "{}"), ("root_id", _id), ("parent_id", attempt == 0 ? null : _id),
            ("retries", attempt), ("eta", attempt == 0 ? null : $"2026-11-21T11:00:0{attempt}+00:00"), ("expires", null),
        ];
        if (type == "task-sent")
            fields.AddRange([("queue", "celery"), ("exchange", ""), ("routing_key", "celery")]);
        Tell(type, host, pid, delay, [.. fields]);
    }

    private void Play()
    {
        var from = "gen1@c1";
        int? child = null;
        for (var attempt = 0; ; attempt++)
        {
            var sent = _sentEvents;
            if (sent)
                TellMessage("task-sent", from, attempt, child, delay: TimeSpan.FromMilliseconds(_random.Next(8))); // after publishing
            if (Chance(5))
            {
                if (sent)
                    Truth.Add((attempt, attempt == 0 ? TaskStates.Pending : TaskStates.Retry, null)); // lost in the queue
                return;
            }
            Wait(10);
            var worker = AnyWorker;
            if (attempt > 0 && worker != from)
                Twists.Add(Twist.RetriedElsewhere);
            if (!Run(attempt, ref worker, sent))
                return;
            (from, child) = (worker, 5000 + attempt);
        }
    }

    /// <returns>True if it retried.</returns>
    private bool Run(int attempt, ref string worker, bool sent)
    {
        // A worker that refuses on arrival tells no attempt; with nothing else heard of this one it counts for the last
        if (Chance(4) && (attempt == 0 || sent))
        {
            if (attempt == 0 && Chance(50))
            {
                Tell("task-failed", worker, fields: ("exception", "NotRegistered('shop.add')"));
                return Over(attempt, TaskStates.Failure, worker);
            }
            var expired = Chance(50);
            Tell("task-revoked", worker, fields: [("terminated", false), ("signum", null), ("expired", expired)]);
            Twists.Add(expired ? Twist.Expired : Twist.RevokedBeforeReceived);
            return Over(attempt, TaskStates.Revoked, worker);
        }
        for (; ; )
        {
            TellMessage("task-received", worker, attempt);
            Wait(30);
            if (Chance(5))
                return Over(attempt, TaskStates.Received, worker);
            if (Chance(5))
            {
                Tell("task-revoked", worker, fields: [("terminated", false), ("signum", null), ("expired", true)]);
                Twists.Add(Twist.Expired);
                return Over(attempt, TaskStates.Revoked, worker);
            }
            Tell("task-started", worker);
            for (var i = 0; Chance(15); i++)
            {
                Wait(10);
                Tell("task-progress", worker, 5000 + attempt, fields: ("i", i));
                Twists.Add(Twist.CustomState);
            }
            Wait(1000);
            switch (_random.Next(20))
            {
                case < 6:
                    Tell("task-succeeded", worker, fields: [("result", $"'{attempt}'"), ("runtime", 0.5)]);
                    return Over(attempt, TaskStates.Success, worker);
                case < 8:
                    Tell("task-failed", worker, fields: [("exception", $"ValueError({attempt})"), ("traceback", $"…\nValueError: {attempt}")]);
                    return Over(attempt, TaskStates.Failure, worker);
                case < 14 when attempt < 6:
                    // task-retried comes when the next attempt is already under way
                    Tell("task-retried", worker, delay: TimeSpan.FromMilliseconds(_random.Next(1, 40)),
                        fields: [("exception", $"TimeoutError({attempt})"), ("traceback", $"…\nTimeoutError: {attempt}")]);
                    Truth.Add((attempt, TaskStates.Retry, worker));
                    return true;
                case 14:
                    Tell("task-revoked", worker, fields: [("terminated", true), ("signum", "SIGTERM"), ("expired", false)]);
                    Twists.Add(Twist.Terminated);
                    return Over(attempt, TaskStates.Revoked, worker);
                case 15:
                    Tell("task-rejected", worker, fields: ("requeue", false));
                    Twists.Add(Twist.Rejected);
                    return Over(attempt, TaskStates.Rejected, worker);
                case 16:
                    Tell("task-rejected", worker, fields: ("requeue", true));
                    Twists.Add(Twist.RejectedAndRequeued);
                    break;
                case 17:
                    Tell("task-cancelled", worker);
                    Twists.Add(Twist.Cancelled);
                    break;
                case 18 when Chance(50):
                    Twists.Add(Twist.WorkerLost);
                    if (_pids[worker] == 1)
                        Twists.Add(Twist.PidReused);
                    _pids[worker] = _pids[worker] == 1 ? 1 : _pids[worker] + 1; // killed and started anew
                    Tell(Restart, worker);
                    break;
                default:
                    return Over(attempt, Ran(), worker); // Ignore: nothing is said
            }
            Redelivered = true;
            Wait(2000);
            worker = AnyWorker;
        }
    }

    private string Ran() => _told[^1].Type == "task-progress" ? "PROGRESS" : TaskStates.Started;

    private bool Over(int attempt, string state, string worker)
    {
        Truth.Add((attempt, state, worker));
        return false;
    }
}

/// <summary>What makes a life hard to follow.</summary>
internal enum Twist
{
    ClocksApart, PidReused, RetriedElsewhere, RevokedBeforeReceived, Expired, Terminated, Rejected, RejectedAndRequeued, Cancelled, WorkerLost, CustomState,
}
