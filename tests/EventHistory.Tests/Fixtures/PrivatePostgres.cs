using EventHistory.Store;
using Microsoft.Extensions.Logging.Abstractions;

namespace EventHistory.Tests.Fixtures;

/// <summary>A PostgreSQL of one's own, to kill: it comes back on the same port by itself.</summary>
public sealed class PrivatePostgres : IAsyncDisposable
{
    private readonly TemporaryFolder _folder;
    private readonly EmbeddedPostgres _server;

    private PrivatePostgres(TemporaryFolder folder, EmbeddedPostgres server) => (_folder, _server) = (folder, server);

    public string ConnectionString => _server.ConnectionString;

    public static async Task<PrivatePostgres> Start()
    {
        var folder = new TemporaryFolder();
        try
        {
            return new PrivatePostgres(folder,
                await EmbeddedPostgres.Start(folder.Path, NullLogger.Instance, TestContext.Current.CancellationToken));
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }

    /// <summary>SIGKILL to the postmaster.</summary>
    public void Kill() => Signals.Send(_server.ProcessId!.Value, Signals.Kill);

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _folder.Dispose();
    }
}
