using System.Globalization;
using System.Text;
using EventHistory.Core.Coverage;
using EventHistory.Tests.Fixtures;
using RabbitMQ.Client;

namespace EventHistory.Tests.Ingest;

/// <summary>Publishes messages of any kind to a test's exchange and waits until the broker has them.</summary>
internal sealed class Sender : IAsyncDisposable
{
    private readonly IConnection _connection;
    private readonly IChannel _channel;
    private readonly string _exchange;

    private Sender(IConnection connection, IChannel channel, string exchange) => (_connection, _channel, _exchange) = (connection, channel, exchange);

    public static async Task<Sender> Connect(TestFeed feed)
    {
        var connection = await feed.Connect();
        var channel = await connection.CreateChannelAsync(new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true,
            outstandingPublisherConfirmationsRateLimiter: null), TestContext.Current.CancellationToken);
        return new Sender(connection, channel, feed.Exchange);
    }

    /// <summary>As Celery sends JSON.</summary>
    public Task Send(string json) => Send(Encoding.UTF8.GetBytes(json));

    /// <param name="with">Changes the properties that Celery would give it.</param>
    public async Task Send(byte[] body, Action<BasicProperties>? with = null, string routingKey = "task.multi")
    {
        var properties = new BasicProperties
        {
            ContentType = "application/json",
            ContentEncoding = "utf-8",
            DeliveryMode = DeliveryModes.Transient,
            Headers = new Dictionary<string, object?> { ["hostname"] = "celery@w1" },
        };
        with?.Invoke(properties);
        await _channel.BasicPublishAsync(_exchange, routingKey, mandatory: false, properties, body, TestContext.Current.CancellationToken);
    }

    /// <summary>Many small ones at once: custom events numbered from a first one on, one a message.</summary>
    public Task SendNumbered(int first, int count) => Task.WhenAll(Enumerable.Range(first, count).Select(n => Send(Numbered(n))));

    public static string Numbered(int number) => $$"""{"type": "task-numbered", "uuid": "n-{{number}}", "number": {{number}}, "timestamp": 1772352000.5, "hostname": "celery@w1"}""";

    /// <summary>The same, sent now by their own word.</summary>
    /// <returns>When they were sent.</returns>
    public async Task<Period> SendNumberedNow(int first, int count)
    {
        var from = DateTime.UtcNow;
        foreach (var some in Enumerable.Range(first, count).Chunk(500))
        {
            var now = (DateTime.UtcNow - DateTime.UnixEpoch).TotalSeconds.ToString("F6", CultureInfo.InvariantCulture);
            await Task.WhenAll(some.Select(n => Send(Numbered(n).Replace("1772352000.5", now, StringComparison.Ordinal))));
        }
        return new Period(from, DateTime.UtcNow);
    }

    /// <summary>The channel, for what else a test does at the broker.</summary>
    public IChannel Channel => _channel;

    public ValueTask DisposeAsync() => _connection.DisposeAsync();
}
