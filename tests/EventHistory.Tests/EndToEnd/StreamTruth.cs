using System.Text.Json;
using System.Threading.Channels;
using EventHistory.Tests.Fixtures;
using RabbitMQ.Client;

namespace EventHistory.Tests.EndToEnd;

/// <summary>What a stream really holds, read by a consumer that shares no code with the one under test.</summary>
internal static class StreamTruth
{
    /// <returns>Every event's own JSON, in the order of the offsets.</returns>
    public static async Task<List<string>> Read(TestFeed feed)
    {
        var ct = TestContext.Current.CancellationToken;
        await using var connection = await feed.Connect();
        await using var channel = await connection.CreateChannelAsync(
            new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true), ct);
        var id = Guid.NewGuid().ToString(); // an empty list of ours marks the end: no event
        await channel.BasicPublishAsync("", feed.Stream, mandatory: true, new BasicProperties { MessageId = id }, "[]"u8.ToArray(), ct);

        var deliveries = System.Threading.Channels.Channel.CreateUnbounded<(string? Id, ulong Tag, byte[] Body)>();
        await channel.BasicQosAsync(0, 2000, global: false, ct);
        await channel.BasicConsumeAsync(feed.Stream, autoAck: false, "", noLocal: false, exclusive: false,
            new Dictionary<string, object?> { ["x-stream-offset"] = "first" }, new Consumer(channel, deliveries.Writer), ct);
        var events = new List<string>();
        while (true)
        {
            var (messageId, tag, body) = await deliveries.Reader.ReadAsync(ct);
            if (messageId == id)
                return events;
            if (tag % 500 == 0)
                await channel.BasicAckAsync(tag, multiple: true, ct);
            events.AddRange(Events(body));
        }
    }

    /// <summary>A message's events, each as its own JSON; none in a marker of ours.</summary>
    public static IEnumerable<string> Events(byte[] body)
    {
        if (body.Length == 0)
            yield break;
        using var json = JsonDocument.Parse(body);
        if (json.RootElement.ValueKind != JsonValueKind.Array)
        {
            yield return json.RootElement.GetRawText();
            yield break;
        }
        foreach (var element in json.RootElement.EnumerateArray())
            yield return element.GetRawText();
    }

    private sealed class Consumer(IChannel channel, ChannelWriter<(string? Id, ulong Tag, byte[] Body)> to) : AsyncDefaultBasicConsumer(channel)
    {
        public override Task HandleBasicDeliverAsync(string consumerTag, ulong deliveryTag, bool redelivered, string exchange, string routingKey,
            IReadOnlyBasicProperties properties, ReadOnlyMemory<byte> body, CancellationToken cancellationToken = default)
        {
            to.TryWrite((properties.MessageId, deliveryTag, body.ToArray()));
            return Task.CompletedTask;
        }
    }
}
