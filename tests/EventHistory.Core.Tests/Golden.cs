using System.Text.Json;
using System.Text.RegularExpressions;
using EventHistory.Core.Celery;
using EventHistory.Core.Tests.Tasks;

namespace EventHistory.Core.Tests;

/// <summary>
/// A story of one task as a text file: what it shows, its events in the order they arrive (<c>time type host[/pid] field=value -field</c>),
/// <c>---</c>, and its row. Every story is told again in other orders and with repetitions, and must end the same.
/// </summary>
internal static partial class Golden
{
    private static readonly Dictionary<string, string> _fields = new()
    {
        ["task-sent"] = """name=shop.add args="(1, 2)" kwargs={} retries=0 root_id=r parent_id=null eta=null expires=null queue=celery exchange="" routing_key=celery""",
        ["task-received"] = """name=shop.add args="(1, 2)" kwargs={} retries=0 root_id=r parent_id=null eta=null expires=null""",
        ["task-succeeded"] = "result=3 runtime=0.5",
        ["task-failed"] = "exception=ValueError() traceback=…",
        ["task-retried"] = "exception=TimeoutError() traceback=…",
        ["task-revoked"] = "terminated=false signum=null expired=false",
        ["task-rejected"] = "requeue=false",
    };

    public static void Check(string path)
    {
        var parts = File.ReadAllText(path).Split("---\n", 2);
        var events = Events(parts[0]);
        var row = Row.Of(events).ToString();
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1")
            File.WriteAllText(path, $"{parts[0]}---\n{row}");
        else
            Assert.Equal(parts.ElementAtOrDefault(1), row);
        foreach (var order in Orders(events))
            Assert.Equal(row, Row.Of(order).ToString());
        Assert.Equal(row, Row.Of([.. events, .. events.AsEnumerable().Reverse(), events[0]]).ToString());
    }

    public static List<CeleryEvent> Events(string script)
    {
        var clocks = new Dictionary<string, long>();
        return [.. script.Split('\n').Where(line => line.Length > 0 && line[0] != '#').Select(line =>
        {
            var words = line.Split(' ', 4, StringSplitOptions.RemoveEmptyEntries);
            var node = words[2].Split('/');
            var pid = node.Length > 1 ? int.Parse(node[1]) : 100 + node[0][1] - '0';
            var clock = clocks[words[2]] = clocks.GetValueOrDefault(words[2]) + 1;
            var hostname = node[0][0] == 'c' ? $"gen{pid}@{node[0]}" : $"celery@{node[0]}";
            var fields = new Dictionary<string, object?>(Fields(_fields.GetValueOrDefault(words[1], "")));
            foreach (var (name, value) in Fields(words.ElementAtOrDefault(3) ?? ""))
                fields[name] = value;
            return Given.Event(words[1], Given.At(words[0]), hostname, pid, clock, more: [.. fields.Where(f => f.Value is not Drop).Select(f => (f.Key, f.Value))]);
        })];
    }

    private static IEnumerable<KeyValuePair<string, object?>> Fields(string text) => FieldPattern().Matches(text).Select(m => m.Groups[1].Length > 0
        ? new KeyValuePair<string, object?>(m.Groups[1].Value, new Drop())
        : new(m.Groups[2].Value, JsonPattern().IsMatch(m.Groups[3].Value) ? JsonSerializer.Deserialize<JsonElement>(m.Groups[3].Value) : m.Groups[3].Value));

    private static IEnumerable<List<CeleryEvent>> Orders(List<CeleryEvent> events)
    {
        if (events.Count <= 7)
            return Permutations(events, 0);
        var random = new Random(events.Count);
        return Enumerable.Range(0, 2000).Select(_ => events.Concat(events.Take(random.Next(3))).OrderBy(_ => random.Next()).ToList());
    }

    private static IEnumerable<List<CeleryEvent>> Permutations(List<CeleryEvent> events, int from)
    {
        if (from == events.Count)
            yield return events;
        for (var i = from; i < events.Count; i++)
        {
            var order = events.ToList();
            (order[from], order[i]) = (order[i], order[from]);
            foreach (var permutation in Permutations(order, from + 1))
                yield return permutation;
        }
    }

    private sealed class Drop;

    [GeneratedRegex("""(?<=^| )(?:-(\w+)|(\w+)=("(?:[^"\\]|\\.)*"|\S+))""")]
    private static partial Regex FieldPattern();

    [GeneratedRegex("""^(".*"|null|true|false|-?[0-9][0-9.e]*)$""")]
    private static partial Regex JsonPattern();
}
