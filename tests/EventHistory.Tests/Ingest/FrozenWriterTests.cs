using System.Diagnostics;
using EventHistory.Benchmarks;
using EventHistory.Tests.EndToEnd;
using EventHistory.Tests.Fixtures;

namespace EventHistory.Tests.Ingest;

/// <summary>A writer that is frozen keeps its connection, and its lock with it, until the server has heard nothing for 40 s. Nobody helps.</summary>
public sealed class FrozenWriterTests(Postgres postgres, RabbitMq rabbit)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_writer_that_is_frozen_for_a_minute_is_replaced_within_it_and_writes_nothing_after_it()
    {
        await using var feed = await rabbit.CreateFeed();
        await using var database = await postgres.CreateDatabase();
        await using var first = await Recorder.Start(feed, database.ConnectionString).Ready();
        await using var second = await Recorder.Start(feed, database.ConnectionString).Ready();
        await using var sender = await Sender.Connect(feed);
        await sender.SendNumbered(1, 500);
        await database.WaitForPosition(500);

        Signals.Send(first.ProcessId, Signals.Stop);
        var frozen = Stopwatch.StartNew();
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        var publishing = Publish(feed, enough.Token); // also into the hands of the frozen one
        await database.WaitForPosition(2000, seconds: 60);
        TestContext.Current.TestOutputHelper?.WriteLine($"taken over after {frozen.Elapsed.TotalSeconds:F1} s");
        await Until.True(() => frozen.Elapsed >= TimeSpan.FromSeconds(60), "the minute", seconds: 60);
        Signals.Send(first.ProcessId, Signals.Continue);
        await Until.True(() => first.Output.Contains("standing by", StringComparison.Ordinal), "the first one standing by");
        await database.WaitForPosition((await database.Data.Position() ?? 0) + 2000);
        await enough.CancelAsync();
        await publishing;

        var truth = await StreamTruth.Read(feed);
        await database.WaitForPosition(truth.Count);
        Assert.DoesNotContain("Recording stopped", second.Output, StringComparison.Ordinal);
        AllRows.Same(truth, await LogProof.Read(database.Data));
        Assert.Empty(await database.Data.Gaps());
        await Verb.Succeeds("verify", database.ConnectionString);
    }

    private static async Task Publish(TestFeed feed, CancellationToken enough)
    {
        try
        {
            await new LoadPublisher(feed.Url, feed.Exchange) { MessagesPerSecond = 100 }.Publish(new CeleryLoad(Tasks: 100_000, SentInLists: true).Messages(), enough);
        }
        catch (OperationCanceledException) when (enough.IsCancellationRequested)
        {
            // enough
        }
    }
}
