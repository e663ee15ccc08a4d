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
    private readonly Dictionary<string, BasicProperties> _properties = new(StringComparer.Ordinal);
    private ConfirmWindow _window = new();
    private IConnection? _connection;
    private IChannel? _channel;

    /// <summary>How long to wait after a break before connecting again; the broker's fixture knows when its streams are up.</summary>
    public Func<CancellationToken, Task> WhenBroken { get; init; } = ct => Task.Delay(500, ct);

    /// <summary>Null: as fast as the broker takes them.</summary>
    public double? MessagesPerSecond { get; init; }

    /// <summary>Publishes them in their order, and waits until the broker has confirmed the last one.</summary>
    public async Task Publish(IEnumerable<LoadMessage> messages, CancellationToken ct)
    {
        var pace = new Pace(MessagesPerSecond);
        try
        {
            foreach (var message in messages)
            {
                while (_channel is null || !await _window.Room(ct))
                    await Reconnect(ct);
                await Send(_channel, message, ct);
                await pace.Wait(ct);
            }
            while (!await _window.Empty(ct))
                await Reconnect(ct);
        }
        finally
        {
            await Close();
        }
    }

    // And publishes what the broken connection left unconfirmed
    private async Task Reconnect(CancellationToken ct)
    {
        var left = _window.Unconfirmed();
        if (_connection is not null)
        {
            await Close();
            await WhenBroken(ct);
        }
        while (_channel is null)
        {
            try
            {
                _channel = await Open(_window = new ConfirmWindow(), ct);
            }
            catch (Exception e) when (IsBroken(e))
            {
                await Close();
                await WhenBroken(ct);
            }
        }
        foreach (var message in left)
            await Send(_channel, message, ct);
    }

    // What cannot be sent stays in the window
    private async ValueTask Send(IChannel channel, LoadMessage message, CancellationToken ct)
    {
        _window.Add(message);
        try
        {
            await channel.BasicPublishAsync(exchange, message.RoutingKey, mandatory: false, PropertiesOf(message.Hostname), message.Body, ct);
        }
        catch (Exception e) when (IsBroken(e))
        {
            _window.Break();
        }
    }

    private BasicProperties PropertiesOf(string hostname)
    {
        if (!_properties.TryGetValue(hostname, out var properties))
        {
            _properties.Add(hostname, properties = new BasicProperties
            {
                ContentType = "application/json",
                ContentEncoding = "utf-8",
                DeliveryMode = DeliveryModes.Transient,
                Priority = 0,
                Headers = new Dictionary<string, object?> { ["hostname"] = hostname },
            });
        }
        return properties;
    }

    // The client's own tracking costs a task and a header per message; the window costs neither
    private async Task<IChannel> Open(ConfirmWindow window, CancellationToken ct)
    {
        var factory = new ConnectionFactory { Uri = new Uri(broker), AutomaticRecoveryEnabled = false, ClientProvidedName = "load" };
        _connection = await factory.CreateConnectionAsync(ct);
        var channel = await _connection.CreateChannelAsync(
            new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: false), ct);
        channel.BasicAcksAsync += (_, confirm) => Done(() => window.Confirm(confirm.DeliveryTag, confirm.Multiple));
        channel.BasicNacksAsync += (_, _) => Done(window.Break);
        channel.ChannelShutdownAsync += (_, _) => Done(window.Break);
        return channel;
    }

    private async Task Close()
    {
        if (_connection is { } connection)
            await connection.DisposeAsync();
        (_channel, _connection) = (null, null);
    }

    private static Task Done(Action action)
    {
        action();
        return Task.CompletedTask;
    }

    private static bool IsBroken(Exception e) =>
        e is RabbitMQClientException or IOException or ObjectDisposedException or TimeoutException or System.Net.Sockets.SocketException
            or OperationCanceledException { CancellationToken.IsCancellationRequested: false };

    /// <summary>A steady rate; what a break has cost is not made up for.</summary>
    private sealed class Pace(double? perSecond)
    {
        private static readonly TimeSpan _worthWaiting = TimeSpan.FromMilliseconds(10);

        private readonly long _started = TimeProvider.System.GetTimestamp();
        private TimeSpan _due;

        public async ValueTask Wait(CancellationToken ct)
        {
            if (perSecond is not { } rate)
                return;
            var now = TimeProvider.System.GetElapsedTime(_started);
            _due = (_due > now - _worthWaiting ? _due : now - _worthWaiting) + TimeSpan.FromSeconds(1 / rate);
            if (_due - now > _worthWaiting)
                await Task.Delay(_due - now, ct);
        }
    }
}
