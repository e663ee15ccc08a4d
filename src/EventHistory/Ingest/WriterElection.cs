using EventHistory.Projections;
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

    /// <summary>
    /// A frozen process keeps its connection, and the lock with it, until the server has heard nothing for so long; ours says
    /// something every 10 s.
    /// </summary>
    private const string SessionOptions =
        "-c idle_session_timeout=40s -c idle_in_transaction_session_timeout=40s -c statement_timeout=60s " + FoldingSession.Options;

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
                await EndFrozenWriter(connection, ct);
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

    // The timeouts of its session end a frozen writer, except in the middle of a COPY, where the server waits without any
    private const string EndFrozenSql = """
        select pg_terminate_backend(a.pid)
          from pg_locks l join pg_stat_activity a on a.pid = l.pid
         where l.locktype = 'advisory' and l.granted and l.database = a.datid
           and (l.classid::bigint << 32 | l.objid::bigint) = hashtextextended('eventhistory.writer ' || $1, 0)
           and a.state = 'active' and a.wait_event = 'ClientRead' and a.state_change < now() - interval '60 s'
        """;

    private async Task EndFrozenWriter(NpgsqlConnection connection, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(EndFrozenSql, connection) { Parameters = { new() { Value = settings.Source.Name } } };
        await command.ExecuteNonQueryAsync(ct);
    }

    /// <summary>Another session with the same settings and without the lock.</summary>
    public ValueTask<NpgsqlConnection> OpenAnother(CancellationToken ct) => _sessions.OpenConnectionAsync(ct);

    public ValueTask DisposeAsync() => _sessions.DisposeAsync();

    // Not pooled: closing ends the session and its lock. A dead network is noticed within half a minute.
    internal static NpgsqlDataSource Sessions(string database, string source, ILoggerFactory loggers)
    {
        var connection = PostgresUrl.Parse(database);
        connection.Pooling = false;
        connection.KeepAlive = 10;
        connection.WriteBufferSize = FoldingSession.WriteBufferSize;
        connection.CommandTimeout = 60;
        connection.Options = SessionOptions;
        connection.ApplicationName = $"eventhistory writer {source}";
        connection.SearchPath = "eventhistory"; // read models are written by their bare names: a rebuild writes them elsewhere
        return new NpgsqlDataSourceBuilder(connection.ConnectionString).UseLoggerFactory(loggers).Build();
    }
}
