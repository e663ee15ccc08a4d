using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace EventHistory.Tests.Queries;

/// <summary>Events as Celery words them.</summary>
internal static class Say
{
    private const string Worker = "celery@w1";

    public static DateTime At(string time) =>
        DateTime.Parse("2026-11-21T" + time + "Z", CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal);

    public static string Event(string type, string at, params (string Name, JsonNode? Value)[] fields) => Event(type, At(at), fields);

    public static string Event(string type, DateTime at, params (string Name, JsonNode? Value)[] fields)
    {
        var e = new JsonObject
        {
            ["type"] = type,
            ["hostname"] = Worker,
            ["timestamp"] = (at - DateTime.UnixEpoch).Ticks / 10 / 1e6m,
            ["utcoffset"] = 0,
            ["pid"] = 101,
            ["clock"] = 1,
        };
        foreach (var (name, value) in fields)
            e[name] = value?.DeepClone();
        return e.ToJsonString();
    }

    public static string Received(string id, string name, DateTime at, string worker = Worker) =>
        Event("task-received", at, ("uuid", id), ("name", name), ("args", "()"), ("kwargs", "{}"), ("retries", 0), ("hostname", worker));

    public static string Failed(string id, DateTime at, string worker = Worker) =>
        Event("task-failed", at, ("uuid", id), ("exception", "ValueError('no')"), ("traceback", "Traceback …\nValueError: no"), ("hostname", worker));

    /// <summary>A name for a test's task: a UUID that counts.</summary>
    public static string Id(int number) => $"00000000-0000-4000-9000-{number:000000000000}";

    public static string Text(string value) => JsonSerializer.Serialize(value);
}
