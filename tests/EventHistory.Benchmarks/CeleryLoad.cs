using System.Globalization;
using System.Text;
using System.Text.Json;

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
/// <param name="ListSize">Mean length of a worker's lists; 1: no lists, only single messages.</param>
/// <param name="SentInLists">Whether <c>task-sent</c> travels in lists too.</param>
internal sealed record CeleryLoad(int Tasks, int ListSize = 10, bool SentInLists = false)
{
    private const int TasksPerSlice = 128;
    private const int StagesPerTask = 5;
    private const int Clients = 4;

    private static readonly CultureInfo _plain = CultureInfo.InvariantCulture;

    private static readonly string[] _names =
    [
        "shop.orders.place", "shop.orders.cancel", "shop.payments.charge", "shop.payments.refund", "shop.mail.send_receipt", "shop.mail.newsletter",
        "shop.reports.daily", "shop.reports.export_csv", "shop.stock.reserve", "shop.stock.reindex", "shop.images.thumbnail", "shop.search.update_document",
    ];

    private static readonly string _traceback = Escaped("""
        Traceback (most recent call last):
          File "/usr/lib/python3/dist-packages/celery/app/trace.py", line 451, in trace_task
            R = retval = fun(*args, **kwargs)
                         ^^^^^^^^^^^^^^^^^^^^
          File "/usr/lib/python3/dist-packages/celery/app/trace.py", line 734, in __protected_call__
            return self.run(*args, **kwargs)
                   ^^^^^^^^^^^^^^^^^^^^^^^^^
          File "/srv/shop/payments.py", line 61, in charge
            return _attempt(gateway, order, depth)
                   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
          File "/srv/shop/payments.py", line 55, in _attempt
            return _attempt(gateway, order, depth - 1)
                   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
          [Previous line repeated 22 more times]
          File "/srv/shop/payments.py", line 54, in _attempt
            raise PaymentError('gateway refused order %s' % order, 402, {'retry': False}) from exc

        """);

    public ulong Seed { get; init; } = 1;

    public int Workers { get; init; } = 8;

    /// <summary>The senders' clock at the first event, UTC.</summary>
    public DateTime Start { get; init; } = new(2026, 3, 1, 8, 0, 0, DateTimeKind.Utc);

    /// <summary>By the senders' clocks.</summary>
    public double EventsPerSecond { get; init; } = 10_000;

    /// <summary>Messages come in this many groups, see <see cref="Slice"/>.</summary>
    public int Slices => ((Tasks + TasksPerSlice - 1) / TasksPerSlice) + StagesPerTask - 1;

    private double SliceSeconds => TasksPerSlice * 4 / EventsPerSecond;

    private enum Step
    {
        Sent, Received, Started, Succeeded, Failed, Retried, Online, Heartbeat, Offline,
    }

    private readonly record struct Said(Step Step, int Task, int Attempt, double At);

    public static string TaskId(ulong seed, int task)
    {
        Span<byte> bytes = stackalloc byte[16];
        BitConverter.TryWriteBytes(bytes, Mix(seed, task, 100));
        BitConverter.TryWriteBytes(bytes[8..], Mix(seed, task, 101));
        bytes[6] = (byte)((bytes[6] & 0x0F) | 0x40);
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
        return new Guid(bytes, bigEndian: true).ToString("D");
    }

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
        for (var i = 0; i < Clients; i++)
            Pack(slice, $"gen{4100 + i}@web{i}", 4100 + i, fromClients[i], SentInLists ? ListSize : 1, messages);
        for (var i = 0; i < Workers; i++)
        {
            Pack(slice, $"celery@w{i}.shop", 200 + i, fromWorkers[i], ListSize, messages);
            Pulse(slice, i, messages);
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
        double At(double slices) => sent + ((slices + (Part(task, 3 + stage) * 0.3)) * SliceSeconds);
        switch (stage)
        {
            case 0:
                clients[Mix(Seed, task, 8) % Clients].Add(new Said(Step.Sent, task, 0, sent));
                first.Add(new Said(Step.Received, task, 0, sent + (Part(task, 9) * 0.02)));
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

    private void Pack(int slice, string host, int pid, List<Said> said, int listSize, List<(double At, LoadMessage Message)> messages)
    {
        said.Sort((a, b) => a.At.CompareTo(b.At));
        var json = new StringBuilder(4096);
        var clock = 1 + ((long)slice * 1000);
        for (var at = 0; at < said.Count;)
        {
            var draw = Mix(Seed, slice + (at * 7919), pid);
            var size = listSize == 1 ? 1 : Math.Min(said.Count - at, (listSize / 2) + (int)(draw % (ulong)(listSize + 1)));
            size = Math.Max(1, size);
            var isList = listSize > 1;
            json.Clear();
            for (var i = 0; i < size; i++)
            {
                json.Append(i > 0 ? ", " : isList ? "[" : "");
                Write(json, host, pid, clock + at + i, said[at + i]);
            }
            if (isList)
                json.Append(']');
            var key = isList ? "task.multi" : RoutingKey(said[at].Step);
            messages.Add((said[at + size - 1].At, new LoadMessage(key, host, Encoding.UTF8.GetBytes(json.ToString()), size)));
            at += size;
        }
    }

    private void Pulse(int slice, int worker, List<(double At, LoadMessage Message)> messages)
    {
        var (from, to) = (slice * SliceSeconds, (slice + 1) * SliceSeconds);
        var step = slice == 0 ? Step.Online : slice == Slices - 1 && worker % 2 == 1 ? Step.Offline : Step.Heartbeat;
        if (step == Step.Heartbeat && (int)(from / 2) == (int)(to / 2))
            return;
        var at = step == Step.Heartbeat ? (int)(to / 2) * 2 : to;
        var (host, clock, processed) = ($"celery@w{worker}.shop", 1 + ((long)slice * 1000) + 999, slice * TasksPerSlice / Workers);
        var json = string.Create(_plain, $$"""
            {"hostname": "{{host}}", "utcoffset": 0, "pid": {{200 + worker}}, "clock": {{clock}}, "freq": 2.0, "active": {{slice % 5}}, "processed": {{processed}}, "loadavg": [0.8, 0.58, 0.29], "sw_ident": "py-celery", "sw_ver": "5.2.6", "sw_sys": "Linux", "timestamp": {{Timestamp(at)}}, "type": "{{TypeOf(step)}}"}
            """);
        messages.Add((at, new LoadMessage(RoutingKey(step), host, Encoding.UTF8.GetBytes(json), 1)));
    }

    private void Write(StringBuilder json, string host, int pid, long clock, Said said)
    {
        var id = TaskId(Seed, said.Task);
        json.Append(_plain, $$"""{"hostname": "{{host}}", "utcoffset": 0, "pid": {{pid}}, "clock": {{clock}}, "uuid": "{{id}}" """).Length--;
        switch (said.Step)
        {
            case Step.Sent:
                var queue = Name(said.Task).Split('.')[1];
                json.Append(_plain, $$""", "root_id": "{{Parent(said.Task) ?? id}}", "parent_id": {{Quoted(Parent(said.Task))}}""");
                json.Append(_plain, $$""", "name": "{{Name(said.Task)}}", "args": "{{Args(said.Task)}}", "kwargs": "{{Kwargs(said.Task)}}" """).Length--;
                json.Append(_plain, $$""", "retries": {{said.Attempt}}, "eta": null, "expires": null""");
                json.Append(_plain, $$""", "queue": "{{queue}}", "exchange": "", "routing_key": "{{queue}}" """).Length--;
                break;
            case Step.Received:
                json.Append(_plain, $$""", "name": "{{Name(said.Task)}}", "args": "{{Args(said.Task)}}", "kwargs": "{{Kwargs(said.Task)}}" """).Length--;
                json.Append(_plain, $$""", "root_id": "{{Parent(said.Task) ?? id}}", "parent_id": {{Quoted(Parent(said.Task))}}""");
                json.Append(_plain, $$""", "retries": {{said.Attempt}}, "eta": null, "expires": null""");
                break;
            case Step.Succeeded:
                json.Append(_plain, $$""", "result": "{'order': {{said.Task}}, 'status': 'done'}", "runtime": {{0.005 + Part(said.Task, 6)}}""");
                break;
            case Step.Failed:
                var refused = $"'gateway refused order {said.Task}', 402, {{'retry': False}}";
                json.Append(_plain, $$""", "exception": "PaymentError({{refused}})", "traceback": "{{_traceback}}shop.payments.PaymentError: ({{refused}})\n" """).Length--;
                break;
            case Step.Retried:
                var timeout = $"ConnectionError('upstream timed out for order {said.Task}')";
                json.Append(_plain, $$""", "exception": "{{timeout}}", "traceback": "{{_traceback}}celery.exceptions.Retry: Retry in 1s: {{timeout}}\n" """).Length--;
                break;
        }
        json.Append(_plain, $$""", "timestamp": {{Timestamp(said.At)}}, "type": "{{TypeOf(said.Step)}}"}""");
    }

    private string Name(int task) => _names[Mix(Seed, task, 5) % (ulong)_names.Length];

    // Tasks come in families of eight, the first one being the parent
    private string? Parent(int task) => task % 8 == 0 ? null : TaskId(Seed, task - (task % 8));

    private string Args(int task) => (Mix(Seed, task, 7) % 4) switch
    {
        0 => $"({task}, 'customer-{task % 5000}@example.org', 'Stra\\u00dfe 7')",
        1 => $"({task},)",
        2 => $"([{task}, {task + 1}, {task + 2}], {{'warehouse': 'HAM-{task % 9}'}})",
        _ => $"('orders/{task:x8}', {task % 7})",
    };

    private string Kwargs(int task) => Mix(Seed, task, 10) % 2 == 0 ? "{}" : $"{{'tenant': 'acme-{task % 300}', 'priority': {task % 3}, 'dry_run': False}}";

    private static string Quoted(string? text) => text is null ? "null" : $"\"{text}\"";

    // Microseconds, as Python's time.time() has them
    private double Timestamp(double at) => Math.Round((Start - DateTime.UnixEpoch).TotalSeconds + at, 6);

    private double Part(int task, int salt) => Mix(Seed, task, salt) % 1_000_000 / 1e6;

    private static string RoutingKey(Step step) => TypeOf(step).Replace('-', '.');

    private static string TypeOf(Step step) => step switch
    {
        Step.Sent => "task-sent",
        Step.Received => "task-received",
        Step.Started => "task-started",
        Step.Succeeded => "task-succeeded",
        Step.Failed => "task-failed",
        Step.Retried => "task-retried",
        Step.Online => "worker-online",
        Step.Heartbeat => "worker-heartbeat",
        _ => "worker-offline",
    };

    // splitmix64
    private static ulong Mix(ulong seed, long number, long salt)
    {
        var z = seed + ((ulong)number * 0x9E3779B97F4A7C15) + ((ulong)salt * 0xD1B54A32D192ED03);
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    private static string Escaped(string text) => JsonEncodedText.Encode(text, System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping).ToString();
}
