using EventHistory.Settings;
using Npgsql;

namespace EventHistory.Ingest;

/// <summary>
/// One writer per source, elected by a PostgreSQL advisory lock. The lock lives in the very session that appends: a
/// writer that loses its connection has lost the lock, and cannot commit either.
/// </summary>
/// <param name="database">A <c>postgres://</c> URL or an Npgsql connection string.</param>
internal sealed class WriterElection(string database, EventHistorySettings settings, ILoggerFactory loggers) : IAsyncDisposable
{
    private static readonly TimeSpan _standbyPause = TimeSpan.FromSeconds(1);

    private readonly NpgsqlDataSource _sessions = Sessions(database, settings.Source.Name, loggers);

    private const string TryLockSql = "select pg_try_advisory_lock(hashtextextended('eventhistory.writer ' || $1, 0))";

    /// <summary>Waits until this process is the writer. Closing the connection ends its term.</summary>
    public async Task<NpgsqlConnection> Win(Action standby, CancellationToken ct)
    {
        var connection = await _sessions.OpenConnectionAsync(ct);
        try
        {
            await using var tryLock = new NpgsqlCommand(TryLockSql, connection) { Parameters = { new() { Value = settings.Source.Name } } };
            while (await tryLock.ExecuteScalarAsync(ct) is not true)
            {
                standby();
                await Task.Delay(_standbyPause, ct);
            }
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    public ValueTask DisposeAsync() => _sessions.DisposeAsync();

    // Not pooled: closing ends the session and its lock. A dead network is noticed within half a minute.
    private static NpgsqlDataSource Sessions(string database, string source, ILoggerFactory loggers)
    {
        var connection = PostgresUrl.Parse(database);
        connection.Pooling = false;
        connection.KeepAlive = 10;
        connection.CommandTimeout = 60;
        connection.ApplicationName = $"eventhistory writer {source}";
        return new NpgsqlDataSourceBuilder(connection.ConnectionString).UseLoggerFactory(loggers).Build();
    }
}
