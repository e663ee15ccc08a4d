using EventHistory.Tests.Fixtures;
using EventHistory.Tests.Ingest;
using Npgsql;

namespace EventHistory.Tests.EndToEnd;

/// <summary>Somebody who reads tasks for long: until it is disposed, nobody can exchange the table.</summary>
internal sealed class LongReader : IAsyncDisposable
{
    private const string ReadSql = "select count(*) from eventhistory.task";
    private const string WaitingSql = "select pid from pg_stat_activity where application_name = 'eventhistory rebuild' and wait_event_type = 'Lock' and datname = current_database()";

    private readonly TestDatabase _database;
    private readonly NpgsqlConnection _connection;

    private LongReader(TestDatabase database, NpgsqlConnection connection) => (_database, _connection) = (database, connection);

    public static async Task<LongReader> Open(TestDatabase database)
    {
        var ct = TestContext.Current.CancellationToken;
        var connection = await database.Data.OpenConnectionAsync(ct);
        await connection.BeginTransactionAsync(ct);
        await using var read = new NpgsqlCommand(ReadSql, connection);
        await read.ExecuteScalarAsync(ct);
        return new LongReader(database, connection);
    }

    /// <summary>Waits until a rebuild waits for it.</summary>
    public Task Waited() => Until.True(async () => (await _database.Data.All(WaitingSql, row => row.GetInt32(0))).Count > 0, "a rebuild that waits for a reader");

    public ValueTask DisposeAsync() => _connection.DisposeAsync();
}
