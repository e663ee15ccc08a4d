using EventHistory.Ingest;
using EventHistory.Settings;
using EventHistory.Tests.Fixtures;
using RabbitMQ.Client;

namespace EventHistory.Tests.Ingest;

public sealed class StreamSubscriptionTests(RabbitMq rabbit)
{
    private const int Rounds = 12;
    private const int SmallOnes = 1100;
    private const int Large = 2_000_000;
    private const int Backlog = 5000;
    private const int Medium = 5000;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Large_and_small_messages_in_turn_arrive_once_each_and_in_order()
    {
        await using var feed = await rabbit.CreateFeed();
        var settings = new EventHistorySettings { Broker = feed.Url, Exchange = feed.Exchange, Stream = new() { Name = feed.Stream } };
        await using var connection = await BrokerConnection.Open(settings, Ct);
        var publishing = Publish(connection, feed);

        await using var channel = await connection.CreateChannelAsync(cancellationToken: Ct);
        await using var subscription = await StreamSubscription.Open(channel, feed.Stream, "first", prefetch: 5000, Ct);
        var sizes = new List<int>();
        for (long offset = 0; sizes.Count < Rounds * (SmallOnes + 1); offset++)
        {
            var delivery = await subscription.Take(Ct).AsTask().WaitAsync(TimeSpan.FromSeconds(60), Ct);
            Assert.InRange(delivery.Offset, offset, offset + 1); // the broker's bookkeeping takes one at times
            offset = delivery.Offset;
            sizes.Add(delivery.Body.Length);
            await subscription.Acknowledge(delivery.Tag, Ct);
        }
        await publishing;

        var round = Enumerable.Repeat(1, SmallOnes).Prepend(Large);
        Assert.Equal(Enumerable.Repeat(round, Rounds).SelectMany(r => r), sizes);
    }

    /// <summary>A stop in the middle of a backlog: the client holds much more than there is room for, and closes only when it is rid of it.</summary>
    [Fact]
    public async Task It_ends_at_once_while_thousands_of_messages_wait_for_room()
    {
        await using var feed = await rabbit.CreateFeed();
        var settings = new EventHistorySettings { Broker = feed.Url, Exchange = feed.Exchange, Stream = new() { Name = feed.Stream } };
        var connection = await BrokerConnection.Open(settings, Ct);
        await using (var sender = await connection.CreateChannelAsync(cancellationToken: Ct))
        {
            for (var i = 0; i < Backlog; i++)
                await sender.BasicPublishAsync(feed.Exchange, "task.multi", mandatory: false, new BasicProperties(), new byte[Medium], Ct);
        }
        var channel = await connection.CreateChannelAsync(cancellationToken: Ct);
        var subscription = await StreamSubscription.Open(channel, feed.Stream, "first", Backlog, Ct);
        await Until.True(() => subscription.IsFull, "more than there is room for", seconds: 60);

        await subscription.DisposeAsync();
        await channel.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(10), Ct);
        await connection.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(10), Ct);
    }

    private static async Task Publish(IConnection connection, TestFeed feed)
    {
        await using var channel = await connection.CreateChannelAsync(cancellationToken: Ct);
        for (var round = 0; round < Rounds; round++)
        {
            await channel.BasicPublishAsync(feed.Exchange, "task.large", mandatory: false, new BasicProperties(), new byte[Large], Ct);
            for (var i = 0; i < SmallOnes; i++)
                await channel.BasicPublishAsync(feed.Exchange, "task.small", mandatory: false, new BasicProperties(), new byte[1], Ct);
        }
    }
}
