using System.Data;
using Npgsql;

namespace EventHistory.Store;

/// <summary>
/// Brings the schema <c>eventhistory</c> to the version of this program, forward only. Each step commits together with its row in
/// <c>eventhistory.schema_migration</c>. Of several processes that start at once one migrates at a time; the others find the work done.
/// </summary>
internal sealed class Migrator(NpgsqlDataSource database, IReadOnlyList<Migration> migrations, ILogger<Migrator> logger)
{
    private const int OldestServer = 15;

    // any number that nobody else uses in this database: "evhist" in ASCII
    private const string LockSql = "select pg_advisory_xact_lock(x'657668697374'::bigint)";

    // asks first, because "create … if not exists" demands the right to create even when there is nothing to do
    private const string IsPreparedSql = "select to_regclass('eventhistory.schema_migration') is not null";

    private const string PrepareSql = """
        create schema if not exists eventhistory;
        create table eventhistory.schema_migration (
          version int primary key,
          name text not null,
          applied_at timestamptz not null default now())
        """;

    private const string VersionSql = "select coalesce(max(version), 0) from eventhistory.schema_migration";

    private const string RecordSql = "insert into eventhistory.schema_migration (version, name) values ($1, $2)";

    /// <returns>The version of the schema.</returns>
    /// <exception cref="StartException">The server is too old, or its schema too new, for this program.</exception>
    /// <exception cref="NpgsqlException">The database is away, or refuses.</exception>
    public async Task<int> Migrate(CancellationToken ct)
    {
        await using var connection = await database.OpenConnectionAsync(ct);
        RefuseOldServer(connection);
        while (await ApplyNext(connection, ct) is { } applied)
            logger.Migrated(applied.Version, applied.Name);
        return await Scalar<int>(connection, VersionSql, ct);
    }

    /// <summary>For what only reads: refuses a schema that is not the one this program knows, and changes nothing.</summary>
    /// <exception cref="StartException">The schema is older or newer.</exception>
    public async Task RequireCurrent(CancellationToken ct)
    {
        await using var connection = await database.OpenConnectionAsync(ct);
        var version = await Scalar<bool>(connection, IsPreparedSql, ct) ? await Scalar<int>(connection, VersionSql, ct) : 0;
        RefuseNewerSchema(version);
        if (migrations is [.., var last] && version < last.Version)
        {
            throw new StartException($"The database's schema has version {version}, but this EventHistory needs {last.Version}: "
                + "start it with serve, or run eventhistory migrate, first.");
        }
    }

    private static void RefuseOldServer(NpgsqlConnection connection)
    {
        if (connection.PostgreSqlVersion.Major < OldestServer)
        {
            throw new StartException($"The database server is PostgreSQL {connection.PostgreSqlVersion}, but EventHistory needs "
                + $"PostgreSQL {OldestServer} or newer.");
        }
    }

    private async Task<Migration?> ApplyNext(NpgsqlConnection connection, CancellationToken ct)
    {
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.ReadCommitted, ct);
        await Execute(connection, LockSql, ct);
        if (!await Scalar<bool>(connection, IsPreparedSql, ct))
            await Execute(connection, PrepareSql, ct);

        var version = await Scalar<int>(connection, VersionSql, ct);
        RefuseNewerSchema(version);
        var next = migrations.FirstOrDefault(m => m.Version > version);
        if (next is not null)
        {
            await Execute(connection, next.Sql, ct);
            await Record(connection, next, ct);
        }

        await transaction.CommitAsync(ct);
        return next;
    }

    private void RefuseNewerSchema(int version)
    {
        var known = migrations is [.., var last] ? last.Version : 0;
        if (version > known)
        {
            throw new StartException($"The database's schema has version {version}, but this EventHistory knows only up to {known}: "
                + "start the newer EventHistory that migrated it, or name another database.");
        }
    }

    private static async Task Record(NpgsqlConnection connection, Migration migration, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(RecordSql, connection)
        {
            Parameters = { new() { Value = migration.Version }, new() { Value = migration.Name } },
        };
        await command.ExecuteNonQueryAsync(ct);
    }

    private static async Task<T> Scalar<T>(NpgsqlConnection connection, string sql, CancellationToken ct)
    {
        await using var command = Command(connection, sql);
        return (T)(await command.ExecuteScalarAsync(ct))!;
    }

    private static async Task Execute(NpgsqlConnection connection, string sql, CancellationToken ct)
    {
        await using var command = Command(connection, sql);
        await command.ExecuteNonQueryAsync(ct);
    }

    // No time limit: a migration of a large database, or the wait for somebody else's, takes as long as it takes
#pragma warning disable CA2100 // the text is a constant above or a file embedded in this program
    private static NpgsqlCommand Command(NpgsqlConnection connection, string sql) => new(sql, connection) { CommandTimeout = 0 };
#pragma warning restore CA2100
}
