using System.Globalization;
using System.Reflection;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using EventHistory.Core.Celery;

namespace EventHistory.Core.Tests;

/// <summary>Events and messages as workers write them, and the files beside the tests.</summary>
internal static class Given
{
    public const string Id = "d93e7b96-3b5e-4d57-9a3c-000000000001";

    private static readonly JsonSerializerOptions _json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static DateTime At(string time) =>
        DateTime.Parse("2026-11-21T" + time + "Z", CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal);

    public static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    /// <summary>An event with the fields that all have; <paramref name="more"/> adds to them or replaces them.</summary>
    public static CeleryEvent Event(string type, DateTime at, string hostname = "celery@w1", int pid = 101, long clock = 1,
        string uuid = Id, params (string Name, object? Value)[] more)
    {
        var fields = new Dictionary<string, object?>
        {
            ["hostname"] = hostname,
            ["utcoffset"] = 0,
            ["pid"] = pid,
            ["clock"] = clock,
            ["timestamp"] = (at - DateTime.UnixEpoch).Ticks / 10 / 1e6m,
            ["type"] = type,
        };
        if (type.StartsWith("task-", StringComparison.Ordinal))
            fields["uuid"] = uuid;
        foreach (var (name, value) in more)
            fields[name] = value;
        return Decoded(JsonSerializer.Serialize(fields, _json));
    }

    /// <summary>The one event of a message that must be readable.</summary>
    public static CeleryEvent Decoded(string json)
    {
        var events = new List<CeleryEvent>();
        Assert.Null(EventDecoder.Decode(Utf8(json), events));
        return Assert.Single(events);
    }

    /// <summary>The path of a file beside the tests' sources.</summary>
    public static string PathOf(params string[] parts)
    {
        var metadata = typeof(Given).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>();
        return Path.Combine([metadata.Single(m => m.Key == "ProjectDirectory").Value!, .. parts]);
    }

    /// <summary>Real messages, one a line: of Celery 5.2.6, prefork, RabbitMQ.</summary>
    public static IEnumerable<byte[]> Sample(string name)
    {
        foreach (var line in File.ReadLines(PathOf("Celery", "Samples", name)))
            yield return Utf8(line.Replace("<150000*L>", new string('L', 150_000), StringComparison.Ordinal)); // long texts are made here
    }

    public static List<CeleryEvent> SampleEvents(string name)
    {
        var events = new List<CeleryEvent>();
        foreach (var message in Sample(name))
            Assert.Null(EventDecoder.Decode(message, events));
        return events;
    }
}
