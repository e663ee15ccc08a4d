using EventHistory.Tests.Fixtures;

[assembly: AssemblyFixture(typeof(RabbitMq))]

namespace EventHistory.Tests.Fixtures;

/// <summary>
/// One RabbitMQ for the whole run, started when the first test asks: the server that EVENTHISTORY_TEST_RABBITMQ names, or else a private one.
/// Tests that kill a broker start a <see cref="RabbitMqNode"/> of their own.
/// </summary>
public sealed class RabbitMq : IAsyncDisposable
{
    public const string Variable = "EVENTHISTORY_TEST_RABBITMQ";

    private readonly SemaphoreSlim _once = new(1);
    private RabbitMqNode? _node;

    public async Task<string> Url()
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } given)
            return given;
        await _once.WaitAsync(TestContext.Current.CancellationToken);
        try
        {
            _node ??= await RabbitMqNode.Start();
            return _node.Url;
        }
        finally
        {
            _once.Release();
        }
    }

    /// <summary>An exchange and a stream that nobody else uses; both are deleted when it is disposed.</summary>
    public async Task<TestFeed> CreateFeed() => new(await Url());

    public async ValueTask DisposeAsync()
    {
        if (_node is not null)
            await _node.DisposeAsync();
        _once.Dispose();
    }
}
