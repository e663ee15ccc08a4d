using EventHistory.Store;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace EventHistory.Tests.Fixtures;

/// <summary>A database of one test or test class.</summary>
public sealed class TestDatabase : IAsyncDisposable
{
    private readonly NpgsqlConnectionStringBuilder _server;
    private readonly string _name;

    private TestDatabase(NpgsqlConnectionStringBuilder server, string name)
    {
        (_server, _name) = (server, name);
        var connection = new NpgsqlConnectionStringBuilder(server.ConnectionString) { Database = name };
        ConnectionString = connection.ConnectionString;
        Data = NpgsqlDataSource.Create(connection);
    }

    public string ConnectionString { get; }

    public NpgsqlDataSource Data { get; }

    public Task<int> Migrate() =>
        new Migrator(Data, Migration.Embedded(), NullLogger<Migrator>.Instance).Migrate(TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        await Data.DisposeAsync();
        await Drop(_server, _name);
    }

    internal static async Task<TestDatabase> Create(NpgsqlConnectionStringBuilder server, string name, string source)
    {
        await Execute(server, $"create database \"{name}\" {source}");
        return new TestDatabase(server, name);
    }

    internal static Task Drop(NpgsqlConnectionStringBuilder server, string name) =>
        Execute(server, $"drop database if exists \"{name}\" with (force)");

    private static async Task Execute(NpgsqlConnectionStringBuilder server, string sql)
    {
        await using var connection = new NpgsqlConnection(
            new NpgsqlConnectionStringBuilder(server.ConnectionString) { Database = "postgres", Pooling = false }.ConnectionString);
        await connection.OpenAsync();
#pragma warning disable CA2100 // database names of our own making
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync();
    }
}
