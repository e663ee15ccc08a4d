using EventHistory.Settings;
using Npgsql;

namespace EventHistory.Store;

/// <summary>
/// Waits until the database answers, however long that takes, and migrates it. Whoever needs the schema awaits <see cref="Ready"/>
/// first; the web server does not, so that /healthz answers meanwhile.
/// </summary>
internal sealed class DatabaseStartup(
    NpgsqlDataSource database, Migrator migrator, EventHistorySettings settings, FatalStop fatal, IHostApplicationLifetime lifetime,
    ILogger<DatabaseStartup> logger) : BackgroundService
{
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Waits until the schema is there.</summary>
    public Task Ready(CancellationToken ct) => _ready.Task.WaitAsync(ct);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await WebServerStarted(stoppingToken);
        var pause = settings.Backoff.First;
        while (!await TryMigrate(pause, stoppingToken))
        {
            await Task.Delay(pause, stoppingToken);
            pause = pause * 2 < settings.Backoff.Max ? pause * 2 : settings.Backoff.Max;
        }
    }

    // A process that cannot have its port ends without having touched the database
    private async Task WebServerStarted(CancellationToken ct)
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var registration = lifetime.ApplicationStarted.Register(started.SetResult);
        await started.Task.WaitAsync(ct);
    }

    // true: nothing is left to wait for
    private async Task<bool> TryMigrate(TimeSpan pause, CancellationToken ct)
    {
        try
        {
            var version = await migrator.Migrate(ct);
            logger.DatabaseReady(version);
            _ready.TrySetResult();
            return true;
        }
        catch (StartException e)
        {
            fatal.Because(e.Message);
            return true;
        }
        catch (NpgsqlException e) when (DatabaseFault.Explain(e, database) is { } sentence)
        {
            fatal.Because(sentence);
            return true;
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException)
        {
            logger.DatabaseAway(e.GetBaseException().Message, pause);
            return false;
        }
    }
}
