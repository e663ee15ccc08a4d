using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace EventHistory.Benchmarks;

/// <summary>
/// Publishes as Celery does (transient, JSON, the hostname as header), but with publisher confirms, and again whatever a broken
/// connection left unconfirmed: nothing is missing in the stream then, and a message that the broker had taken may be there twice.
/// </summary>
/// <param name="broker">An <c>amqp://</c> URL.</param>
internal sealed class LoadPublisher(string broker, string exchange = "celeryev")
{
    private const int Unconfirmed = 2000;

    private long _confirmed;

    /// <summary>How long to wait after a break before connecting again; the broker's fixture knows when its streams are up.</summary>
    public Func<CancellationToken, Task> WhenBroken { get; init; } = ct => Task.Delay(500, ct);

    /// <summary>Null: as fast as the broker takes them.</summary>
    public double? MessagesPerSecond { get; init; }

    /// <summary>Messages so far.</summary>
    public long Confirmed => Volatile.Read(ref _confirmed);

    public async Task Publish(IEnumerable<LoadMessage> messages, CancellationToken ct)
    {
        foreach (var chunk in messages.Chunk(MessagesPerSecond is { } rate ? Math.Clamp((int)(rate / 50), 1, Unconfirmed) : Unconfirmed))
            await PublishChunk(chunk, ct);
        await Close();
    }

    private IConnection? _connection;
    private IChannel? _channel;

    private async Task PublishChunk(LoadMessage[] chunk, CancellationToken ct)
    {
        var started = TimeProvider.System.GetTimestamp();
        IReadOnlyList<LoadMessage> left = chunk;
        while (left.Count > 0)
        {
            try
            {
                _channel ??= await Open(ct);
                left = await PublishOnce(_channel, left, ct);
            }
            catch (Exception e) when (IsBroken(e))
            {
                // as before: everything is left
            }
            if (left.Count == 0)
                break;
            await Close();
            await WhenBroken(ct);
        }
        Interlocked.Add(ref _confirmed, chunk.Length);
        if (MessagesPerSecond is { } rate && TimeSpan.FromSeconds(chunk.Length / rate) - TimeProvider.System.GetElapsedTime(started) is { Ticks: > 0 } early)
            await Task.Delay(early, ct);
    }

    /// <returns>Those that were not confirmed.</returns>
    private async Task<List<LoadMessage>> PublishOnce(IChannel channel, IReadOnlyList<LoadMessage> messages, CancellationToken ct)
    {
        var confirmations = new List<(LoadMessage Message, Task Confirmation)>(messages.Count);
        foreach (var message in messages)
        {
            var properties = new BasicProperties
            {
                ContentType = "application/json",
                ContentEncoding = "utf-8",
                DeliveryMode = DeliveryModes.Transient,
                Priority = 0,
                Headers = new Dictionary<string, object?> { ["hostname"] = message.Hostname },
            };
            confirmations.Add((message, channel.BasicPublishAsync(exchange, message.RoutingKey, mandatory: false, properties, message.Body, ct).AsTask()));
        }
        var left = new List<LoadMessage>();
        foreach (var (message, confirmation) in confirmations)
        {
            try
            {
                await confirmation;
            }
            catch (Exception e) when (IsBroken(e))
            {
                left.Add(message);
            }
        }
        return left;
    }

    private async Task<IChannel> Open(CancellationToken ct)
    {
        var factory = new ConnectionFactory { Uri = new Uri(broker), AutomaticRecoveryEnabled = false, ClientProvidedName = "load" };
        _connection = await factory.CreateConnectionAsync(ct);
        return await _connection.CreateChannelAsync(new CreateChannelOptions(
            publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true, outstandingPublisherConfirmationsRateLimiter: null), ct);
    }

    private async Task Close()
    {
        if (_connection is { } connection)
            await connection.DisposeAsync();
        (_channel, _connection) = (null, null);
    }

    private static bool IsBroken(Exception e) =>
        e is RabbitMQClientException or IOException or ObjectDisposedException or TimeoutException or System.Net.Sockets.SocketException
            or OperationCanceledException { CancellationToken.IsCancellationRequested: false };
}
