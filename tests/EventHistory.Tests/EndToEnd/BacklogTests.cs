using System.Diagnostics;
using EventHistory.Benchmarks;
using EventHistory.Tests.Fixtures;
using EventHistory.Tests.Ingest;

namespace EventHistory.Tests.EndToEnd;

/// <summary>Promise 5: two hours away cost time, not memory.</summary>
[Collection(Alone.Name)]
public sealed class BacklogTests(Postgres postgres, RabbitMq rabbit)
{
    private const long Allowed = 300_000_000;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_million_events_are_caught_up_in_flat_memory()
    {
        await using var feed = await rabbit.CreateFeed();
        await using var database = await postgres.CreateDatabase();
        await using (await Recorder.Start(feed, database.ConnectionString).Ready())
        {
            // it was here, and declared the stream
        }
        var load = new CeleryLoad(Tasks: 250_000, SentInLists: true);
        long events = 0;
        await new LoadPublisher(feed.Url, feed.Exchange).Publish(load.Messages().Select(m =>
        {
            events += m.Events;
            return m;
        }), Ct);

        await using var service = Recorder.Start(feed, database.ConnectionString);
        var (memory, watch) = (new List<long>(), Stopwatch.StartNew());
        await Until.True(async () =>
        {
            memory.Add(service.ResidentBytes);
            return await database.Data.Position() >= events;
        }, $"{events} events", seconds: 180);
        watch.Stop();

        Assert.True(events >= 1_000_000);
        Assert.Equal(events, await database.Data.Position());
        Assert.Empty(await database.Data.Gaps());
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{events} events in {watch.Elapsed.TotalSeconds:F1} s, {events / watch.Elapsed.TotalSeconds:F0} a second from the process's start; memory up to {memory.Max() / 1e6:F0} MB");
        Assert.True(memory.Max() < Allowed, $"it used up to {memory.Max() / 1e6:F0} MB");
        var (early, late) = (memory.Skip(memory.Count / 4).Take(memory.Count / 4).Max(), memory.Skip(memory.Count * 3 / 4).Max());
        Assert.True(late < early * 1.15, $"memory grows: {early / 1e6:F0} MB in the second quarter, {late / 1e6:F0} MB in the last");
    }
}
