using System.Globalization;
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

    /// <summary>SIGKILL to the postmaster and to all its children, as when the machine dies: nobody is left to tidy up.</summary>
    public void KillAll()
    {
        var postmaster = _server.ProcessId!.Value;
        Signals.Send(postmaster, Signals.Stop); // or it would mourn its children
        foreach (var child in File.ReadAllText($"/proc/{postmaster}/task/{postmaster}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries))
            Signals.Send(int.Parse(child, CultureInfo.InvariantCulture), Signals.Kill);
        Signals.Send(postmaster, Signals.Kill);
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _folder.Dispose();
    }
}
