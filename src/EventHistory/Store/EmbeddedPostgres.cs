using System.ComponentModel;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace EventHistory.Store;

/// <summary>
/// The private PostgreSQL of an EventHistory that was given no database: made at the first start, found again at the next, reachable
/// from this machine only, started again when it dies, and stopped when we stop. A server that outlived its EventHistory (SIGKILL)
/// is stopped first and started anew, so that it always is our child and has our settings.
/// </summary>
internal sealed class EmbeddedPostgres : IAsyncDisposable
{
    private const string Database = "eventhistory";
    private const int StartAttempts = 6;

    private static readonly TimeSpan _shortestPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan _longestPause = TimeSpan.FromSeconds(10);

    private readonly PostgresCluster _cluster;
    private readonly DataLock _lock;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stopping = new();
    private Process? _server;
    private Task _supervision = Task.CompletedTask;
    private int _port;

    private EmbeddedPostgres(PostgresCluster cluster, DataLock dataLock, ILogger logger) =>
        (_cluster, _lock, _logger) = (cluster, dataLock, logger);

    /// <summary>The same for the life of this object, also over a crash of the server.</summary>
    public string ConnectionString => ConnectionTo(Database, pooling: true);

    private string Url => $"postgres://{PostgresCluster.User}:{_cluster.Password}@127.0.0.1:{_port}/{Database}";

    /// <summary>Of the postmaster; null while there is none.</summary>
    public int? ProcessId => _server is { HasExited: false } server ? server.Id : null;

    /// <exception cref="StartException">No PostgreSQL is installed, another EventHistory uses the folder, or the server does not start.</exception>
    public static async Task<EmbeddedPostgres> Start(string dataDir, ILogger logger, CancellationToken ct)
    {
        var dataLock = DataLock.Take(dataDir);
        EmbeddedPostgres? started = null;
        try
        {
            var cluster = await PostgresCluster.Prepare(dataDir, logger, ct);
            await cluster.StopLeftover(logger, ct);
            started = new EmbeddedPostgres(cluster, dataLock, logger);
            await started.StartServer(ct);
            await started.CreateDatabase(ct);
            started._cluster.WriteUrl(started.Url);
            started._supervision = started.Supervise();
            return started;
        }
        catch
        {
            if (started is not null)
                await started.DisposeAsync();
            dataLock.Dispose();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _supervision;
        if (Interlocked.Exchange(ref _server, null) is { HasExited: false } server)
        {
            await _cluster.Stop(CancellationToken.None);
            await Gone(server);
        }

        _stopping.Dispose();
        _lock.Dispose();
    }

    // More than one attempt: somebody may take the port between our finding it free and the server's binding it, and after a crash
    // the last backend of the dead server may hold the shared memory for a moment
    private async Task StartServer(CancellationToken ct)
    {
        for (var attempt = 1; ; attempt++)
        {
            _port = FreePort();
            _cluster.Configure(_port);
            _server = _cluster.Launch();
            if (await IsReady(_server, ct))
                break;
            if (attempt == StartAttempts)
                throw new StartException($"The private PostgreSQL does not start: {LastWords()} (all of it is in {_cluster.Log})");
            await Task.Delay(TimeSpan.FromMilliseconds(250 * attempt), ct);
        }

        _logger.EmbeddedStarted(_server.Id, _port);
    }

    // false: the server has ended. There is no time limit while it lives, for it may have to recover from a crash
    private async Task<bool> IsReady(Process server, CancellationToken ct)
    {
        while (!server.HasExited)
        {
            try
            {
                await using var connection = new NpgsqlConnection(ConnectionTo("postgres", pooling: false));
                await connection.OpenAsync(ct);
                return true;
            }
            catch (PostgresException e) when (e.SqlState != PostgresErrorCodes.CannotConnectNow)
            {
                throw new StartException($"The private PostgreSQL refused us: {e.MessageText}");
            }
            catch (NpgsqlException)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(50), ct);
            }
        }

        return false;
    }

    private async Task CreateDatabase(CancellationToken ct)
    {
        await using var connection = new NpgsqlConnection(ConnectionTo("postgres", pooling: false));
        await connection.OpenAsync(ct);
        await using var exists = new NpgsqlCommand($"select count(*) from pg_database where datname = '{Database}'", connection);
        if (await exists.ExecuteScalarAsync(ct) is 1L)
            return;
        await using var create = new NpgsqlCommand($"create database {Database}", connection);
        await create.ExecuteNonQueryAsync(ct);
    }

    private async Task Supervise()
    {
        var pause = _shortestPause;
        var started = Stopwatch.GetTimestamp();
        while (await Died(_server!))
        {
            var livedLong = Stopwatch.GetElapsedTime(started) > TimeSpan.FromMinutes(1);
            pause = livedLong ? _shortestPause : pause * 2 < _longestPause ? pause * 2 : _longestPause;
            _logger.EmbeddedDied(LastWords(), pause);
            await Task.Delay(pause, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (_stopping.IsCancellationRequested)
                return;

            started = Stopwatch.GetTimestamp();
            try
            {
                _server = _cluster.Launch();
                _logger.EmbeddedStarted(_server.Id, _port);
            }
            catch (Win32Exception e)
            {
                // no memory, no process to be had: the dead server stays the last one, and the pause grows
                _logger.EmbeddedNotLaunched(e.Message);
            }
        }
    }

    // false: we stop
    private async Task<bool> Died(Process server)
    {
        await server.WaitForExitAsync(_stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return !_stopping.IsCancellationRequested;
    }

    private static async Task Gone(Process server)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        await server.WaitForExitAsync(patience.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!server.HasExited)
            server.Kill(entireProcessTree: true);
    }

    private string ConnectionTo(string database, bool pooling) => new NpgsqlConnectionStringBuilder
    {
        Host = "127.0.0.1",
        Port = _port,
        Username = PostgresCluster.User,
        Password = _cluster.Password,
        Database = database,
        Pooling = pooling,
    }.ConnectionString;

    private string LastWords() => File.Exists(_cluster.Log) && File.ReadLines(_cluster.Log).TakeLast(3).ToList() is [_, ..] lines
        ? string.Join(" / ", lines)
        : "it said nothing";

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
