using System.Text;
using EventHistory.Benchmarks;
using EventHistory.Core.Tests.Tasks;
using EventHistory.Tests.Fixtures;
using EventHistory.Tests.Queries;

namespace EventHistory.Tests.Projections;

/// <summary>Messages of all kinds that are hard to fold, out of order and some of them twice; always the same ones.</summary>
internal static class HardHistory
{
    private static readonly string[] _captures = ["celery-events.jsonl", "nasty.jsonl"];

    public static List<byte[]> Messages()
    {
        var random = new Random(20261121);
        var messages = new List<byte[]>(new CeleryLoad(Tasks: 1500).Messages().Select(m => m.Body)); // retries, failures with tracebacks, heartbeats
        for (var seed = 0; seed < 300; seed++)
            messages.AddRange(new LifeStory(seed, skewed: seed % 2 == 0).Events.Select(e => e.Json.ToArray()));
        foreach (var capture in _captures)
            messages.AddRange(File.ReadLines(Repository.Path("tests", "EventHistory.Core.Tests", "Celery", "Samples", capture)).Select(Encoding.UTF8.GetBytes));
        messages.AddRange(ByHand().Select(Encoding.UTF8.GetBytes));
        messages.AddRange([.. messages.Where(_ => random.Next(30) == 0)]);
        return [.. messages.Select((m, i) => (Message: m, At: i + (random.NextDouble() * (random.Next(20) == 0 ? 3000 : 100)))).OrderBy(m => m.At).Select(m => m.Message)];
    }

    /// <summary>Records them in batches of all sizes over two days; now and then the recorder is killed.</summary>
    /// <param name="upToDate">False: the last one is killed while rows wait.</param>
    public static async Task Record(TestDatabase database, bool upToDate = true)
    {
        var random = new Random(1);
        var clock = new SetClock(new DateTime(2026, 11, 19, 20, 0, 0, DateTimeKind.Utc).AddMicroseconds(123456));
        var messages = Messages();
        var scribe = await Scribe.On(database, clock);
        for (var at = 0; at < messages.Count;)
        {
            var size = Math.Min(messages.Count - at, random.Next(5) == 0 ? random.Next(1, 400) : random.Next(1, 60));
            await scribe.Record(messages.Skip(at).Take(size), isFull: random.Next(3) > 0 || (!upToDate && at + size == messages.Count));
            at += size;
            clock.Now = clock.Now.AddSeconds(random.NextDouble() * 1200);
            if (random.Next(20) != 0)
                continue;
            await scribe.DisposeAsync();
            scribe = await Scribe.On(database, clock);
        }
        if (upToDate)
            await scribe.Record(Enumerable.Empty<byte[]>());
        await scribe.DisposeAsync();
    }

    private static IEnumerable<string> ByHand()
    {
        var at = Say.At("10:00:00");
        for (var n = 0; n < 50; n++, at = at.AddSeconds(1))
        {
            var odd = n % 2 == 0 ? $"Auftrag Nr. {n} / ü" : Say.Id(n).ToUpperInvariant();
            yield return Say.Received(odd, "shop.odd", at);
            yield return Say.Failed(odd, at.AddSeconds(1));
            yield return Say.Event("task-retried", at.AddSeconds(2), ("uuid", odd), ("exception", "OSError()"), ("traceback", "Traceback …\nOSError")); // open again
            if (n % 3 == 0)
                yield return Say.Event("task-progress", at.AddSeconds(3), ("uuid", odd), ("percent", n)); // a state of its own
            if (n % 4 == 0)
                yield return Say.Event("task-succeeded", at.AddSeconds(4), ("uuid", odd), ("result", "'in the end'"), ("runtime", 0.25));
            yield return Say.Event("task-received", at, ("uuid", Say.Id(1000 + n)), ("name", "shop.child"), ("parent_id", odd), ("root_id", odd), ("timestamp", "yesterday"));
        }
        for (var n = 0; n < 400; n++) // more events than a row lists
            yield return Say.Event("task-progress", at.AddSeconds(n), ("uuid", Say.Id(7)), ("percent", n));
        yield return Say.Event("task-succeeded", at.AddSeconds(500), ("uuid", Say.Id(7)), ("runtime", 500));
    }
}
