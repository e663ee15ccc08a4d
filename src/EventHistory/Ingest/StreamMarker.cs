using RabbitMQ.Client;

namespace EventHistory.Ingest;

/// <summary>
/// A message of our own at the end of the stream. AMQP 0-9-1 has no way to ask a stream how long it is, and a
/// subscription beyond its end waits in silence; where the marker arrives is where the end is.
/// </summary>
internal static class StreamMarker
{
    public const string Type = "eventhistory.marker";

    /// <summary>After a restart a broker may take a message for a stream that is not up yet and drop it: then the caller tries again.</summary>
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(5);

    /// <returns>The marker's offset.</returns>
    public static async Task<long> Publish(IConnection connection, string stream, CancellationToken ct)
    {
        var id = Guid.NewGuid().ToString();
        await using var channel = await connection.CreateChannelAsync(
            new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true), ct);
        await using var subscription = await StreamSubscription.Open(channel, stream, "next", prefetch: 1000, ct);
        var properties = new BasicProperties { Type = Type, MessageId = id, DeliveryMode = DeliveryModes.Persistent };
        await channel.BasicPublishAsync("", stream, mandatory: true, properties, ReadOnlyMemory<byte>.Empty, ct);

        using var patience = CancellationTokenSource.CreateLinkedTokenSource(ct);
        patience.CancelAfter(_patience);
        try
        {
            while (true)
            {
                var delivery = await subscription.Take(patience.Token);
                if (delivery.MessageId == id && delivery.IsMarker)
                    return delivery.Offset;
                await subscription.Acknowledge(delivery.Tag, ct);
            }
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            throw new TimeoutException($"The stream {stream} did not deliver our marker within {_patience.TotalSeconds} s.");
        }
    }
}
