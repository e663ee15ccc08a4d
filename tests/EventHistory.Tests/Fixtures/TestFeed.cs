using EventHistory.Settings;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace EventHistory.Tests.Fixtures;

/// <summary>The names of an exchange and a stream of one test or test class. Who uses them declares them.</summary>
public sealed class TestFeed(string url) : IAsyncDisposable
{
    private readonly string _id = Guid.NewGuid().ToString("N")[..8];

    public string Url => url;

    public string Exchange => $"celeryev-{_id}";

    public string Stream => $"eventhistory-{_id}";

    /// <summary>A connection to the broker, for a test to publish with.</summary>
    public async Task<IConnection> Connect()
    {
        var broker = BrokerUrl.Parse(url);
        var factory = new ConnectionFactory
        {
            HostName = broker.Host,
            Port = broker.Port,
            UserName = broker.User,
            Password = broker.Password,
            VirtualHost = broker.VirtualHost,
            Ssl = { Enabled = broker.Tls, ServerName = broker.Host },
        };
        return await factory.CreateConnectionAsync(TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            await using var connection = await Connect();
            await using var channel = await connection.CreateChannelAsync();
            await channel.QueueDeleteAsync(Stream);
            await channel.ExchangeDeleteAsync(Exchange);
        }
        catch (Exception e) when (e is BrokerUnreachableException or OperationInterruptedException or OperationCanceledException)
        {
            // a broker that is gone has nothing left to clean
        }
    }
}
