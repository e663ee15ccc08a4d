using System.Threading.Channels;
using RabbitMQ.Client;

namespace EventHistory.Ingest;

/// <summary>
/// Deliveries of a stream from a place on, in order, as something that can be awaited.
/// </summary>
/// <remarks>The client reads ahead as much as the prefetch allows, which counts messages, not bytes: see Stream:Prefetch.</remarks>
internal sealed class StreamSubscription : AsyncDefaultBasicConsumer, IAsyncDisposable
{
    /// <summary>Unique in its channel, which has one consumer. It comes with every message, so it is short.</summary>
    private const string ConsumerTag = "eventhistory";

    /// <summary>What may wait to be taken from here.</summary>
    private const long MaxWaitingBytes = 8 * 1024 * 1024;

    private readonly Channel<Delivery> _deliveries = System.Threading.Channels.Channel.CreateUnbounded<Delivery>(new() { SingleReader = true, SingleWriter = true });
    private readonly BodyMemory _bodies = new();
    private readonly SemaphoreSlim _room = new(0);
    private long _waitingBytes;
    private volatile bool _hasEnded;

    private StreamSubscription(IChannel channel, int prefetch)
        : base(channel) => Window = prefetch;

    /// <param name="offset"><c>first</c>, <c>next</c>, or an offset as a <see cref="long"/>: the first message to deliver.</param>
    public static async Task<StreamSubscription> Open(IChannel channel, string stream, object offset, int prefetch, CancellationToken ct)
    {
        var subscription = new StreamSubscription(channel, prefetch);
        channel.ChannelShutdownAsync += (_, reason) =>
        {
            subscription.End($"The broker closed the channel: {reason.ReplyText}");
            return Task.CompletedTask;
        };
        await channel.BasicQosAsync(0, (ushort)prefetch, global: false, ct);
        await channel.BasicConsumeAsync(stream, autoAck: false, ConsumerTag, noLocal: false, exclusive: false,
            new Dictionary<string, object?> { ["x-stream-offset"] = offset }, subscription, ct);
        return subscription;
    }

    /// <summary>How many messages the broker sends before it waits for an acknowledgement.</summary>
    public int Window { get; }

    public bool HasWaiting => _deliveries.Reader.TryPeek(out _);

    /// <summary>True while there is no room, and the client keeps what comes.</summary>
    public bool IsFull => Interlocked.Read(ref _waitingBytes) > MaxWaitingBytes;

    /// <exception cref="IOException">The subscription ended.</exception>
    public async ValueTask<Delivery> Take(CancellationToken ct)
    {
        try
        {
            return Taken(await _deliveries.Reader.ReadAsync(ct));
        }
        catch (ChannelClosedException ended)
        {
            throw ended.InnerException ?? ended;
        }
    }

    public bool TryTake(out Delivery delivery)
    {
        if (!_deliveries.Reader.TryRead(out var taken))
        {
            delivery = null!;
            return false;
        }
        delivery = Taken(taken);
        return true;
    }

    /// <summary>Lets the broker send more, for this message and all before it.</summary>
    public ValueTask Acknowledge(ulong tag, CancellationToken ct) => Channel.BasicAckAsync(tag, multiple: true, ct);

    public override async Task HandleBasicDeliverAsync(string consumerTag, ulong deliveryTag, bool redelivered, string exchange, string routingKey,
        IReadOnlyBasicProperties properties, ReadOnlyMemory<byte> body, CancellationToken cancellationToken = default)
    {
        if (_hasEnded)
            return; // the client has some thousand more, and closes when it is rid of them
        _deliveries.Writer.TryWrite(Delivery.Of(deliveryTag, routingKey, properties, _bodies.Take(body.Span)));
        if (Interlocked.Add(ref _waitingBytes, body.Length) > MaxWaitingBytes && !_hasEnded)
            await _room.WaitAsync(cancellationToken);
    }

    public override Task HandleBasicCancelAsync(string consumerTag, CancellationToken cancellationToken = default)
    {
        End("The broker cancelled the subscription: the stream was deleted or its node is going down.");
        return Task.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        End("The subscription was closed.");
        if (Channel.IsOpen)
            await Channel.BasicCancelAsync(ConsumerTag, noWait: true);
    }

    private Delivery Taken(Delivery delivery)
    {
        var before = Interlocked.Add(ref _waitingBytes, -delivery.Body.Length) + delivery.Body.Length;
        if (before > MaxWaitingBytes && before - delivery.Body.Length <= MaxWaitingBytes)
            _room.Release();
        return delivery;
    }

    private void End(string reason)
    {
        _hasEnded = true;
        _deliveries.Writer.TryComplete(new IOException(reason));
        _room.Release(); // whoever waits for room need not any more
    }
}
