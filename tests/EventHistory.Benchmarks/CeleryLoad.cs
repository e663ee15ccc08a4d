namespace EventHistory.Benchmarks;

/// <summary>A message as a Celery worker or client publishes it.</summary>
/// <param name="Hostname">The only header.</param>
/// <param name="Events">How many are in the body; 0 in an empty list.</param>
internal sealed record LoadMessage(string RoutingKey, string Hostname, byte[] Body, int Events);

/// <summary>
/// What a Celery cluster says while it runs a number of tasks: <c>sent, received, started, succeeded</c>, 5 % failures with
/// tracebacks, 2 % retries (on another worker, with <c>task-retried</c> after the next attempt's <c>task-sent</c>), heartbeats
/// every two seconds. Workers send lists, clients send single messages. Everything is a function of the parameters and the
/// slice, so any part of the set can be made again.
/// </summary>
/// <param name="Tasks">How many.</param>
/// <param name="ListSize">Mean length of a worker's lists; 1: no lists, only single messages; 2: lists of 1 to 3, mostly short.</param>
/// <param name="SentInLists">Whether <c>task-sent</c> travels in lists too.</param>
internal sealed record CeleryLoad(int Tasks, int ListSize = 10, bool SentInLists = false)
{
    /// <summary>About so many: a task's four, a few more for retries, and heartbeats.</summary>
    public const double EventsPerTask = 4.08;

    private const int TasksPerSlice = 128;
    private const int StagesPerTask = 5;
    private const int Clients = 4;

    private static readonly int[] _shortLists = [1, 1, 2, 2, 3];

    public ulong Seed { get; init; } = 1;

    public int Workers { get; init; } = 8;

    /// <summary>The senders' clock at the first event, UTC.</summary>
    public DateTime Start { get; init; } = new(2026, 3, 1, 8, 0, 0, DateTimeKind.Utc);

    /// <summary>By the senders' clocks.</summary>
    public double EventsPerSecond { get; init; } = 10_000;

    /// <summary>Messages come in this many groups, see <see cref="Slice"/>.</summary>
    public int Slices => ((Tasks + TasksPerSlice - 1) / TasksPerSlice) + StagesPerTask - 1;

    private double SliceSeconds => TasksPerSlice * 4 / EventsPerSecond;

    public IEnumerable<LoadMessage> Messages() => Enumerable.Range(0, Slices).SelectMany(Slice);

    /// <summary>The messages of one group, in the order they are published. A task goes through three to five groups in a row.</summary>
    public List<LoadMessage> Slice(int slice)
    {
        var fromClients = new List<Said>[Clients];
        var fromWorkers = new List<Said>[Workers];
        for (var i = 0; i < Clients; i++)
            fromClients[i] = [];
        for (var i = 0; i < Workers; i++)
            fromWorkers[i] = [];
        for (var stage = 0; stage < StagesPerTask; stage++)
        {
            var first = (slice - stage) * TasksPerSlice;
            for (var task = Math.Max(0, first); task < Math.Min(Tasks, first + TasksPerSlice); task++)
                Stage(task, stage, fromClients, fromWorkers);
        }

        var messages = new List<(double At, LoadMessage Message)>();
        var json = new CeleryJson(Seed, Start);
        for (var i = 0; i < Clients; i++)
            Pack(slice, $"gen{4100 + i}@web{i}", 4100 + i, fromClients[i], SentInLists ? ListSize : 1, json, messages);
        for (var i = 0; i < Workers; i++)
        {
            Pack(slice, $"celery@w{i}.shop", 200 + i, fromWorkers[i], ListSize, json, messages);
            Pulse(slice, i, json, messages);
        }
        return [.. messages.OrderBy(m => m.At).Select(m => m.Message)];
    }

    // stage 0: sent, received · 1: started · 2: outcome, or retried and sent again · 3, 4: the second attempt
    private void Stage(int task, int stage, List<Said>[] clients, List<Said>[] workers)
    {
        var fate = Mix(Seed, task, 0) % 100;
        var retried = fate is >= 5 and < 7;
        var first = workers[Mix(Seed, task, 1) % (ulong)Workers];
        var second = workers[Mix(Seed, task, 2) % (ulong)Workers];
        var sent = task * 4 / EventsPerSecond;
        double At(double slices) => sent + ((slices + (Part(Seed, task, 3 + stage) * 0.3)) * SliceSeconds);
        switch (stage)
        {
            case 0:
                clients[Mix(Seed, task, 8) % Clients].Add(new Said(Step.Sent, task, 0, sent));
                first.Add(new Said(Step.Received, task, 0, sent + (Part(Seed, task, 9) * 0.02)));
                break;
            case 1:
                first.Add(new Said(Step.Started, task, 0, At(1)));
                break;
            case 2 when retried:
                first.Add(new Said(Step.Sent, task, 1, At(2)));
                first.Add(new Said(Step.Retried, task, 0, At(2) + 0.004));
                second.Add(new Said(Step.Received, task, 1, At(2) + 0.002));
                break;
            case 2:
                first.Add(new Said(fate < 5 ? Step.Failed : Step.Succeeded, task, 0, At(2)));
                break;
            case 3 when retried:
                second.Add(new Said(Step.Started, task, 1, At(3)));
                break;
            case 4 when retried:
                second.Add(new Said(Step.Succeeded, task, 1, At(4)));
                break;
        }
    }

    private void Pack(int slice, string host, int pid, List<Said> said, int listSize, CeleryJson json, List<(double At, LoadMessage Message)> messages)
    {
        said.Sort((a, b) => a.At.CompareTo(b.At));
        var clock = 1 + ((long)slice * 1000);
        for (var at = 0; at < said.Count;)
        {
            var size = Math.Min(said.Count - at, SizeOf(listSize, Mix(Seed, slice + (at * 7919), pid)));
            var isList = listSize > 1;
            json.Begin(isList);
            for (var i = 0; i < size; i++)
                json.Task(host, pid, clock + at + i, said[at + i]);
            var key = isList ? "task.multi" : CeleryJson.RoutingKey(said[at].Step);
            messages.Add((said[at + size - 1].At, new LoadMessage(key, host, json.End(), size)));
            at += size;
        }
    }

    private static int SizeOf(int listSize, ulong draw) => listSize switch
    {
        1 => 1,
        2 => _shortLists[draw % (ulong)_shortLists.Length],
        _ => Math.Max(1, (listSize / 2) + (int)(draw % (ulong)(listSize + 1))),
    };

    private void Pulse(int slice, int worker, CeleryJson json, List<(double At, LoadMessage Message)> messages)
    {
        var (from, to) = (slice * SliceSeconds, (slice + 1) * SliceSeconds);
        var step = slice == 0 ? Step.Online : slice == Slices - 1 && worker % 2 == 1 ? Step.Offline : Step.Heartbeat;
        if (step == Step.Heartbeat && (int)(from / 2) == (int)(to / 2))
            return;
        var at = step == Step.Heartbeat ? (int)(to / 2) * 2 : to;
        var (host, clock, processed) = ($"celery@w{worker}.shop", 1 + ((long)slice * 1000) + 999, slice * TasksPerSlice / Workers);
        json.Begin(isList: false);
        json.Worker(host, 200 + worker, clock, slice % 5, processed, at, step);
        messages.Add((at, new LoadMessage(CeleryJson.RoutingKey(step), host, json.End(), 1)));
    }

    /// <summary>From 0 to 1, by millionths.</summary>
    public static double Part(ulong seed, int task, int salt) => Mix(seed, task, salt) % 1_000_000 / 1e6;

    // splitmix64
    public static ulong Mix(ulong seed, long number, long salt)
    {
        var z = seed + ((ulong)number * 0x9E3779B97F4A7C15) + ((ulong)salt * 0xD1B54A32D192ED03);
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    internal enum Step
    {
        Sent, Received, Started, Succeeded, Failed, Retried, Online, Heartbeat, Offline,
    }

    /// <param name="At">Seconds after <see cref="Start"/>.</param>
    internal readonly record struct Said(Step Step, int Task, int Attempt, double At);
}
