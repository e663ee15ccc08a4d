using System.Data;
using System.Diagnostics;
using Npgsql;

namespace EventHistory.Retention;

/// <summary>The session in which a prune works, with the lock that keeps other prunes and rebuilds away.</summary>
internal sealed class PruneSession : IAsyncDisposable
{
    /// <summary>So long a lock on a table is waited for; who comes behind waits as long.</summary>
    private const string LockTimeoutSql = "set local lock_timeout = '60ms'";

    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(10);

    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(150);

    private long? _lockAsked;

    private PruneSession(NpgsqlConnection connection) => Connection = connection;

    /// <summary>For so long at most somebody else can have had to wait for a table: from when a lock was asked for until it was given back.</summary>
    public TimeSpan LongestLock { get; private set; }

    public NpgsqlConnection Connection { get; }

    // rebuilds take the same lock: who replaces tables is alone
    private const string TryLockSql = "select pg_try_advisory_lock(hashtextextended('eventhistory.rebuild', 0))";

    // an index that is being built would keep its table for minutes; if one is, it is waited for
    private const string NoIndexesSql = "select pg_try_advisory_lock(hashtextextended('eventhistory.day_indexes', 0))";

    private const string AtLeisureSql = """
        set statement_timeout = 0; set jit = off; set work_mem = '64MB'; set maintenance_work_mem = '128MB'; set temp_buffers = '64MB'
        """;

    /// <exception cref="StartException">Another prune, or a rebuild, is running.</exception>
    public static async Task<PruneSession> Open(NpgsqlDataSource database, CancellationToken ct)
    {
        var session = new PruneSession(await database.OpenConnectionAsync(ct));
        try
        {
            if (!await session.Ask<bool>(TryLockSql, ct))
                throw new StartException("Another prune, or a rebuild, of this database is running: wait for it, or end it.");
            await session.Ask<bool>(NoIndexesSql, ct);
            await session.Execute(AtLeisureSql, ct);
            return session;
        }
        catch
        {
            await session.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// One transaction that takes locks which recording and questions need too: it waits only a moment for them, and tries again, so that
    /// nobody else waits longer.
    /// </summary>
    /// <param name="work">False: undo it.</param>
    /// <returns>What the work said.</returns>
    /// <exception cref="TimeoutException">The tables were in use all the time.</exception>
    public async Task<bool> Patiently(Func<Task<bool>> work, CancellationToken ct)
    {
        for (var started = Stopwatch.GetTimestamp(); ;)
        {
            await using (var transaction = await Connection.BeginTransactionAsync(ct))
            {
                try
                {
                    await Execute(LockTimeoutSql, ct);
                    var done = await work();
                    if (done)
                        await transaction.CommitAsync(ct);
                    else
                        await transaction.RollbackAsync(ct);
                    Unlocked();
                    return done;
                }
                catch (PostgresException refusal) when (refusal.SqlState is PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.DeadlockDetected)
                {
                    await transaction.RollbackAsync(ct);
                    Unlocked();
                    if (Stopwatch.GetElapsedTime(started) > _patience)
                        throw new TimeoutException($"The tables were in use for {_patience.TotalMinutes} minutes without a pause; what is left goes with the next run.", refusal);
                }
            }
            await Task.Delay(_pause, ct);
        }
    }

    /// <summary>The same for one statement that locks tables.</summary>
    public Task<bool> Patiently(string sql, CancellationToken ct, params NpgsqlParameter[] parameters) => Patiently(async () =>
    {
        await Lock(sql, ct, [.. parameters.Select(p => p.Clone())]);
        return true;
    }, ct);

    /// <summary>Of a <see cref="Patiently(Func{Task{bool}}, CancellationToken)"/>, a statement that locks tables until its end.</summary>
    public Task<int> Lock(string sql, CancellationToken ct, params NpgsqlParameter[] parameters)
    {
        _lockAsked ??= Stopwatch.GetTimestamp();
        return Execute(sql, ct, parameters);
    }

    private void Unlocked()
    {
        if (_lockAsked is { } asked && Stopwatch.GetElapsedTime(asked) is var held && held > LongestLock)
            LongestLock = held;
        _lockAsked = null;
    }

#pragma warning disable CA2100 // constants, and names of our own tables
    public async Task<int> Execute(string sql, CancellationToken ct, params NpgsqlParameter[] parameters)
    {
        await using var command = new NpgsqlCommand(sql, Connection) { CommandTimeout = 0 };
        command.Parameters.AddRange(parameters);
        return await command.ExecuteNonQueryAsync(ct);
    }

    public async Task<T> Ask<T>(string sql, CancellationToken ct, params NpgsqlParameter[] parameters) =>
        (await Rows(sql, row => row.GetFieldValue<T>(0), ct, parameters))[0];

    public async Task<List<T>> Rows<T>(string sql, Func<NpgsqlDataReader, T> read, CancellationToken ct, params NpgsqlParameter[] parameters)
    {
        await using var command = new NpgsqlCommand(sql, Connection) { CommandTimeout = 0 };
        command.Parameters.AddRange(parameters);
        await using var rows = await command.ExecuteReaderAsync(ct);
        var all = new List<T>();
        while (await rows.ReadAsync(ct))
            all.Add(read(rows));
        return all;
    }
#pragma warning restore CA2100

    private const string UnlockSql = "select pg_advisory_unlock_all()";

    // the pool takes away temporary tables and settings, and locks, but only when somebody uses the connection again
    public async ValueTask DisposeAsync()
    {
        try
        {
            if (Connection.FullState == ConnectionState.Open)
                await Execute(UnlockSql, CancellationToken.None);
        }
        catch (NpgsqlException)
        {
            // it is gone, and its locks with it
        }
        await Connection.DisposeAsync();
    }
}
