using EventHistory.Tests.Queries;

namespace EventHistory.Tests.Ui;

/// <summary>The hardest texts there are to show: markup, right to left, NUL, half a character, no blank in sight, 100 kB.</summary>
internal static class HardTexts
{
    public const string Evil = "<script>alert(1)</script>";

    private static readonly string _odd = "\u202eesrever " + Evil + " \0\ud83d " + new string('w', 300);

    /// <summary>A task with such texts, of a worker with such a name, among others in order.</summary>
    public static IEnumerable<string> Events(DateTime now) =>
    [
        .. Enumerable.Range(1, 30).SelectMany(n => Run(n, now.AddSeconds(n))),
        Say.Event("task-sent", now.AddMilliseconds(-1), ("uuid", Evil), ("name", Evil), ("queue", Evil), ("exchange", ""), ("routing_key", Evil), ("retries", 0)),
        Say.Event("task-received", now, ("uuid", Evil), ("name", Evil), ("args", $"('{_odd}', {{'a': [1, 2, {{'b': None}}], 'price': Decimal('1.5')}})"), ("kwargs", "{" + new string('x', 100_000) + "}"),
            ("retries", 0), ("hostname", Evil), ("root_id", Say.Id(1)), ("parent_id", Say.Id(1))),
        Say.Event("task-started", now.AddSeconds(1), ("uuid", Evil), ("hostname", Evil)),
        Say.Event("task-failed", now.AddSeconds(2), ("uuid", Evil), ("hostname", Evil), ("exception", $"ValueError('{_odd}')"),
            ("traceback", $"Traceback (most recent call last):\n  File \"/srv/<b>/pay.py\", line 7, in <i>\n    {_odd}\nValueError: {Evil}")),
        Say.Event("worker-heartbeat", now, ("hostname", Evil), ("active", 1), ("processed", 3), ("freq", 2.0), ("loadavg", new System.Text.Json.Nodes.JsonArray(0.1, 0.2, 0.3)),
            ("sw_ident", Evil), ("sw_ver", "5"), ("sw_sys", "Linux")),
    ];

    private static IEnumerable<string> Run(int n, DateTime at) =>
    [
        Say.Event("task-received", at, ("uuid", Say.Id(n)), ("name", "shop.orders.place"), ("args", "(1, 2)"), ("kwargs", "{'user': 42, 'items': ['a', 'b', 'c'], 'address': {'city': 'Berlin', 'zip': '10115'}}"),
            ("retries", 0), ("root_id", Say.Id(1)), ("parent_id", n == 1 ? null : Say.Id(1))),
        Say.Event("task-started", at.AddMilliseconds(30), ("uuid", Say.Id(n))),
        Say.Event("task-succeeded", at.AddSeconds(1), ("uuid", Say.Id(n)), ("runtime", 0.9), ("result", "None")),
    ];
}
