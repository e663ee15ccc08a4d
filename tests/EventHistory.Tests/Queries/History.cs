using System.Text;
using EventHistory.Ingest;
using EventHistory.Queries;
using EventHistory.Store;
using EventHistory.Tests.Fixtures;
using Npgsql;

namespace EventHistory.Tests.Queries;

/// <summary>A database of its own, with a recorder to fill it: the real one, without a broker before it.</summary>
internal sealed class History : IAsyncDisposable
{
    private readonly TestDatabase _database;
    private readonly NpgsqlConnection _connection;
    private readonly BatchWriter _writer;
    private long _offset;

    private History(TestDatabase database, NpgsqlConnection connection, SourceState source)
    {
        (_database, _connection) = (database, connection);
        _writer = new BatchWriter(connection, source, new Labels(database.Data), TimeProvider.System);
    }

    public NpgsqlDataSource Data => _database.Data;

    public TaskQueries Tasks => new(Data);

    public TaskDetailQueries Details => new(Data);

    public WorkerQueries Workers => new(Data);

    public static async Task<History> Create(Postgres postgres)
    {
        var database = await postgres.CreateDatabase();
        var connection = await database.Data.OpenConnectionAsync(TestContext.Current.CancellationToken);
        return new History(database, connection, await SourceState.Load(connection, "default", TestContext.Current.CancellationToken));
    }

    /// <summary>Records messages as one batch: each is an event, or a list of them.</summary>
    public async Task Record(params IEnumerable<string> messages)
    {
        var batch = new Batch { Epoch = 1 };
        foreach (var message in messages)
            batch.Add(new Delivery(_offset++, 1, "task.multi", Encoding.UTF8.GetBytes(message), "application/json", "utf-8", null, null, null));
        await _writer.Write(batch, TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await _connection.DisposeAsync();
        await _database.DisposeAsync();
    }
}
