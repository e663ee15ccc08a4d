using EventHistory.Tests.Fixtures;

namespace EventHistory.Tests.Ingest;

/// <summary>Promise 4: it knows what it missed. What happens to the stream while nobody reads it.</summary>
public sealed class StreamContinuityTests(Postgres postgres, RabbitMq rabbit)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_stream_made_anew_while_we_were_away_begins_a_new_epoch()
    {
        await using var feed = await rabbit.CreateFeed();
        await using var database = await postgres.CreateDatabase();
        await using var sender = await Sender.Connect(feed);
        await RecordNumbers(feed, database, sender, 1, 500);

        await sender.Channel.QueueDeleteAsync(feed.Stream, ifUnused: false, ifEmpty: false, cancellationToken: Ct);
        await Declare(feed, sender);
        await sender.SendNumbered(501, 20);
        await RecordNumbers(feed, database, sender, 521, 100);

        Assert.Equal(Enumerable.Range(1, 620), (await database.Numbers()).Order());
        var gap = Assert.Single(await database.Data.Gaps());
        Assert.Equal(("new-epoch", 2, 0L, null, 501L), (gap.Kind, gap.Epoch, gap.NextOffset, gap.Messages, gap.Position));
        Assert.NotNull(gap.AfterOffset);
    }

    [Fact]
    public async Task A_stream_made_anew_and_grown_beyond_the_old_one_begins_a_new_epoch()
    {
        await using var feed = await rabbit.CreateFeed();
        await using var database = await postgres.CreateDatabase();
        await using var sender = await Sender.Connect(feed);
        await RecordNumbers(feed, database, sender, 1, 100);

        await sender.Channel.QueueDeleteAsync(feed.Stream, ifUnused: false, ifEmpty: false, cancellationToken: Ct);
        await Declare(feed, sender);
        await sender.SendNumbered(101, 1000);
        await RecordNumbers(feed, database, sender, 1101, 10);

        Assert.Equal(Enumerable.Range(1, 1110), (await database.Numbers()).Order());
        Assert.Equal("new-epoch", Assert.Single(await database.Data.Gaps()).Kind);
    }

    [Fact]
    public async Task A_stream_deleted_while_we_read_it_is_made_anew_and_recorded_on()
    {
        await using var feed = await rabbit.CreateFeed();
        await using var database = await postgres.CreateDatabase();
        await using var service = await Recorder.Start(feed, database.ConnectionString).Ready();
        await using var sender = await Sender.Connect(feed);
        await sender.SendNumbered(1, 50);
        await database.WaitForPosition(50);

        await sender.Channel.QueueDeleteAsync(feed.Stream, ifUnused: false, ifEmpty: false, cancellationToken: Ct);
        await Until.True(() => service.Output.Contains("epoch 2", StringComparison.Ordinal), "the second epoch");
        await service.Ready();
        await sender.SendNumbered(51, 50);
        await database.WaitForPosition(100);

        Assert.Equal(Enumerable.Range(1, 100), (await database.Numbers()).Order());
        Assert.Equal("new-epoch", Assert.Single(await database.Data.Gaps()).Kind);
    }

    [Fact]
    public async Task Messages_that_the_broker_dropped_while_we_were_away_are_counted()
    {
        await using var feed = await rabbit.CreateFeed();
        await using var database = await postgres.CreateDatabase();
        await using var sender = await Sender.Connect(feed);
        (string, string)[] small = [("Stream__MaxLengthBytes", "1000000"), ("Stream__SegmentBytes", "200000")];
        await RecordNumbers(feed, database, sender, 1, 100, small);

        await sender.SendNumbered(101, 30_000); // about 5 MB
        await RecordNumbers(feed, database, sender, 30_101, 10, small);

        var numbers = await database.Numbers();
        var missing = 30_110 - numbers.Count;
        var gap = Assert.Single(await database.Data.Gaps());
        Assert.Equal(("truncated", 1, 101L), (gap.Kind, gap.Epoch, gap.Position));
        Assert.Equal(gap.NextOffset - gap.AfterOffset - 1, gap.Messages);
        Assert.True(missing > 10_000);
        // the broker's own entries, one in each of its files, and our markers look like messages from outside
        Assert.InRange(gap.Messages!.Value, missing, missing + 100);
        Assert.Equal(Enumerable.Range(1, 100).Concat(Enumerable.Range(101 + missing, 30_010 - missing)), numbers.Order());
    }

    private static async Task RecordNumbers(TestFeed feed, TestDatabase database, Sender sender, int first, int count, params (string, string)[] settings)
    {
        await using var service = await Recorder.Start(feed, database.ConnectionString, settings).Ready();
        await sender.SendNumbered(first, count);
        await Until.True(async () => (await database.Numbers()).Contains(first + count - 1), $"number {first + count - 1}");
        Assert.Equal(0, await service.Terminate());
    }

    private static async Task Declare(TestFeed feed, Sender sender)
    {
        await sender.Channel.QueueDeclareAsync(feed.Stream, durable: true, exclusive: false, autoDelete: false,
            new Dictionary<string, object?> { ["x-queue-type"] = "stream" }, cancellationToken: Ct);
        await sender.Channel.QueueBindAsync(feed.Stream, feed.Exchange, "#", cancellationToken: Ct);
    }
}
