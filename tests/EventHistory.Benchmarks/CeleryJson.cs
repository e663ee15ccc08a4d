using System.Text.Encodings.Web;
using System.Text.Json;
using static EventHistory.Benchmarks.CeleryLoad;

namespace EventHistory.Benchmarks;

/// <summary>
/// Bodies of messages as Celery's workers write them, one after the other in one buffer: the load must cost less than what it
/// measures.
/// </summary>
internal sealed class CeleryJson(ulong seed, DateTime start)
{
    private const int LargestBody = 64 * 1024;

    private static readonly string[] _names =
    [
        "shop.orders.place", "shop.orders.cancel", "shop.payments.charge", "shop.payments.refund", "shop.mail.send_receipt", "shop.mail.newsletter",
        "shop.reports.daily", "shop.reports.export_csv", "shop.stock.reserve", "shop.stock.reindex", "shop.images.thumbnail", "shop.search.update_document",
    ];

    private static readonly string[] _queues = Array.ConvertAll(_names, n => n.Split('.')[1]);

    private static readonly string _traceback = JsonEncodedText.Encode("""
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

        """, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).ToString();

    private readonly double _start = (start - DateTime.UnixEpoch).TotalSeconds;
    private readonly Utf8Text _json = new(LargestBody);
    private bool _isList;
    private bool _isFirst;

    public static Guid TaskId(ulong seed, int task)
    {
        Span<byte> bytes = stackalloc byte[16];
        BitConverter.TryWriteBytes(bytes, Mix(seed, task, 100));
        BitConverter.TryWriteBytes(bytes[8..], Mix(seed, task, 101));
        bytes[6] = (byte)((bytes[6] & 0x0F) | 0x40);
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
        return new Guid(bytes, bigEndian: true);
    }

    public static string RoutingKey(Step step) => step switch
    {
        Step.Sent => "task.sent",
        Step.Received => "task.received",
        Step.Started => "task.started",
        Step.Succeeded => "task.succeeded",
        Step.Failed => "task.failed",
        Step.Retried => "task.retried",
        Step.Online => "worker.online",
        Step.Heartbeat => "worker.heartbeat",
        _ => "worker.offline",
    };

    public void Begin(bool isList)
    {
        (_isList, _isFirst) = (isList, true);
        _json.Clear();
        if (isList)
            _json.Add("[");
    }

    public byte[] End()
    {
        if (_isList)
            _json.Add("]");
        return _json.ToArray();
    }

    public void Worker(string host, int pid, long clock, int active, int processed, double at, Step step) => _json.Add($$"""
        {"hostname": "{{host}}", "utcoffset": 0, "pid": {{pid}}, "clock": {{clock}}, "freq": 2.0, "active": {{active}}, "processed": {{processed}}, "loadavg": [0.8, 0.58, 0.29], "sw_ident": "py-celery", "sw_ver": "5.2.6", "sw_sys": "Linux", "timestamp": {{Timestamp(at)}}, "type": "{{TypeOf(step)}}"}
        """);

    public void Task(string host, int pid, long clock, Said said)
    {
        if (!_isFirst)
            _json.Add(", ");
        _isFirst = false;
        var id = TaskId(seed, said.Task);
        _json.Add($$"""
            {"hostname": "{{host}}", "utcoffset": 0, "pid": {{pid}}, "clock": {{clock}}, "uuid": "{{id}}"
            """);
        switch (said.Step)
        {
            case Step.Sent:
                Family(said.Task, id);
                Call(said.Task);
                Attempt(said.Attempt);
                var queue = _queues[Name(said.Task)];
                _json.Add($$"""
                    , "queue": "{{queue}}", "exchange": "", "routing_key": "{{queue}}"
                    """);
                break;
            case Step.Received:
                Call(said.Task);
                Family(said.Task, id);
                Attempt(said.Attempt);
                break;
            case Step.Succeeded:
                _json.Add($$"""
                    , "result": "{'order': {{said.Task}}, 'status': 'done'}", "runtime": {{0.005 + Part(seed, said.Task, 6)}}
                    """);
                break;
            case Step.Failed:
                _json.Add($$"""
                    , "exception": "PaymentError('gateway refused order {{said.Task}}', 402, {'retry': False})", "traceback": "{{_traceback}}shop.payments.PaymentError: ('gateway refused order {{said.Task}}', 402, {'retry': False})\n"
                    """);
                break;
            case Step.Retried:
                _json.Add($$"""
                    , "exception": "ConnectionError('upstream timed out for order {{said.Task}}')", "traceback": "{{_traceback}}celery.exceptions.Retry: Retry in 1s: ConnectionError('upstream timed out for order {{said.Task}}')\n"
                    """);
                break;
        }
        _json.Add($$"""
            , "timestamp": {{Timestamp(said.At)}}, "type": "{{TypeOf(said.Step)}}"}
            """);
    }

    // Tasks come in families of eight, the first one being the parent
    private void Family(int task, Guid id)
    {
        if (task % 8 == 0)
        {
            _json.Add($$"""
                , "root_id": "{{id}}", "parent_id": null
                """);
            return;
        }
        var parent = TaskId(seed, task - (task % 8));
        _json.Add($$"""
            , "root_id": "{{parent}}", "parent_id": "{{parent}}"
            """);
    }

    private void Call(int task)
    {
        _json.Add($$"""
            , "name": "{{_names[Name(task)]}}", "args": "
            """);
        Arguments(task);
        _json.Add("\", \"kwargs\": \"");
        if (Mix(seed, task, 10) % 2 == 0)
            _json.Add("{}");
        else
            _json.Add($$"""{'tenant': 'acme-{{task % 300}}', 'priority': {{task % 3}}, 'dry_run': False}""");
        _json.Add("\"");
    }

    private void Attempt(int attempt) => _json.Add($$"""
        , "retries": {{attempt}}, "eta": null, "expires": null
        """);

    private void Arguments(int task)
    {
        switch (Mix(seed, task, 7) % 4)
        {
            case 0:
                _json.Add($"({task}, 'customer-{task % 5000}@example.org', 'Stra\\u00dfe 7')");
                break;
            case 1:
                _json.Add($"({task},)");
                break;
            case 2:
                _json.Add($"([{task}, {task + 1}, {task + 2}], {{'warehouse': 'HAM-{task % 9}'}})");
                break;
            default:
                _json.Add($"('orders/{task:x8}', {task % 7})");
                break;
        }
    }

    private int Name(int task) => (int)(Mix(seed, task, 5) % (ulong)_names.Length);

    // Microseconds, as Python's time.time() has them
    private double Timestamp(double at) => Math.Round(_start + at, 6);

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
}
