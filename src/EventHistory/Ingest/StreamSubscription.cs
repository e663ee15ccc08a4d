using System.Threading.Channels;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace EventHistory.Ingest;

/// <summary>
/// Deliveries of a stream from a place on, in order, as something that can be awaited.
/// </summary>
/// <remarks>
/// The client reads ahead as much as the prefetch allows, and the prefetch counts messages, not bytes. So that large
/// ones do not fill the memory, a message too large for the prefetch ends the subscription behind it, and a new one with
/// a prefetch that fits goes on from there; many small ones bring the full prefetch back.
/// </remarks>
internal sealed class StreamSubscription : AsyncDefaultBasicConsumer, IAsyncDisposable
{
    /// <summary>What the client may read ahead.</summary>
    private const long MaxAheadBytes = 32 * 1024 * 1024;

    /// <summary>What may wait to be taken from here.</summary>
    private const long MaxWaitingBytes = 8 * 1024 * 1024;

    /// <summary>After so many messages that would fit the full prefetch, it is tried again.</summary>
    private const int SmallOnesInARow = 300;

    private readonly Channel<Delivery> _deliveries = System.Threading.Channels.Channel.CreateUnbounded<Delivery>(new() { SingleReader = true, SingleWriter = true });
    private readonly SemaphoreSlim _room = new(0);
    private readonly string _stream;
    private readonly int _fullPrefetch;
    private long _waitingBytes;
    private string _tag = "";
    private int _prefetch;
    private int _smallOnes;

    private StreamSubscription(IChannel channel, string stream, int prefetch)
        : base(channel) => (_stream, _fullPrefetch) = (stream, prefetch);

    /// <param name="offset"><c>first</c>, <c>next</c>, or an offset as a <see cref="long"/>: the first message to deliver.</param>
    public static async Task<StreamSubscription> Open(IChannel channel, string stream, object offset, int prefetch, CancellationToken ct)
    {
        var subscription = new StreamSubscription(channel, stream, prefetch);
        channel.ChannelShutdownAsync += (_, reason) =>
        {
            subscription.End($"The broker closed the channel: {reason.ReplyText}");
            return Task.CompletedTask;
        };
        await subscription.Subscribe(offset, prefetch, ct);
        return subscription;
    }

    /// <summary>How many messages the broker sends before it waits for an acknowledgement.</summary>
    public int Window => Volatile.Read(ref _prefetch);

    public bool HasWaiting => _deliveries.Reader.TryPeek(out _);

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
        if (consumerTag != _tag)
            return; // read ahead by a subscription that has ended; the new one delivers it again
        var delivery = Delivery.Of(deliveryTag, routingKey, properties, body);
        _deliveries.Writer.TryWrite(delivery);
        if (Interlocked.Add(ref _waitingBytes, body.Length) > MaxWaitingBytes)
            await _room.WaitAsync(cancellationToken);
        if (Fitting(body.Length) is { } prefetch)
            await SubscribeAnew(delivery.Offset + 1, prefetch, cancellationToken);
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
            await Channel.BasicCancelAsync(_tag, noWait: true);
    }

    private async Task SubscribeAnew(long offset, int prefetch, CancellationToken ct)
    {
        var ended = _tag;
        _tag = "none"; // whatever still arrives belongs to the old one
        try
        {
            await Channel.BasicCancelAsync(ended, noWait: false, ct);
            await Subscribe(offset, prefetch, ct);
        }
        catch (Exception e) when (e is RabbitMQClientException or TimeoutException or OperationCanceledException or ObjectDisposedException)
        {
            End($"The subscription could not be renewed: {e.Message}"); // the client would swallow what is thrown here
        }
    }

    private async Task Subscribe(object offset, int prefetch, CancellationToken ct)
    {
        (_prefetch, _smallOnes) = (prefetch, 0);
        await Channel.BasicQosAsync(0, (ushort)prefetch, global: false, ct);
        _tag = Guid.NewGuid().ToString("N"); // ours, so that it is known before the first delivery
        await Channel.BasicConsumeAsync(_stream, autoAck: false, _tag, noLocal: false, exclusive: false,
            new Dictionary<string, object?> { ["x-stream-offset"] = offset }, this, ct);
    }

    /// <returns>The prefetch to go on with, or null: the one there is. Twice too large is still left alone, so that sizes that vary do not make it hunt.</returns>
    private int? Fitting(int bytes)
    {
        var fits = (int)Math.Clamp(MaxAheadBytes / Math.Max(bytes, 1), 1, _fullPrefetch);
        if (fits < _prefetch / 2)
            return fits;
        _smallOnes = fits >= _fullPrefetch / 2 ? _smallOnes + 1 : 0;
        return _prefetch < _fullPrefetch && _smallOnes >= SmallOnesInARow ? _fullPrefetch : null;
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
        _deliveries.Writer.TryComplete(new IOException(reason));
        _room.Release(1000); // whoever waits for room need not any more
    }
}
