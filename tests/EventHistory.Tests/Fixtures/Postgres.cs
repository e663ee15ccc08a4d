using EventHistory.Settings;
using EventHistory.Tests.Fixtures;
using Npgsql;

[assembly: AssemblyFixture(typeof(Postgres))]

namespace EventHistory.Tests.Fixtures;

/// <summary>
/// One PostgreSQL for the whole run, started when the first test asks: the server that EVENTHISTORY_TEST_POSTGRES names (its user must be
/// allowed to create databases), or else a private one. Each database is a copy of one template that was migrated once.
/// </summary>
public sealed class Postgres : IAsyncDisposable
{
    public const string Variable = "EVENTHISTORY_TEST_POSTGRES";

    private readonly SemaphoreSlim _once = new(1);
    private readonly string _run = Guid.NewGuid().ToString("N")[..8];
    private PrivatePostgres? _private;
    private NpgsqlConnectionStringBuilder? _server;
    private int _databases;

    /// <summary>A fresh, migrated database; it is dropped when it is disposed.</summary>
    public Task<TestDatabase> CreateDatabase() => Create($"template \"{Template}\"");

    /// <summary>A database without anything in it.</summary>
    public Task<TestDatabase> CreateEmptyDatabase() => Create("template template0");

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
            await TestDatabase.Drop(_server, Template);
        if (_private is not null)
            await _private.DisposeAsync();
        _once.Dispose();
    }

    private string Template => $"eh_template_{_run}";

    private async Task<TestDatabase> Create(string source)
    {
        var server = await Server();
        return await TestDatabase.Create(server, $"eh_{_run}_{Interlocked.Increment(ref _databases)}", source);
    }

    private async Task<NpgsqlConnectionStringBuilder> Server()
    {
        await _once.WaitAsync(TestContext.Current.CancellationToken);
        try
        {
            return _server ??= await MakeTemplate(await Start());
        }
        finally
        {
            _once.Release();
        }
    }

    private async Task<NpgsqlConnectionStringBuilder> Start()
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } given)
            return PostgresUrl.Parse(given);
        _private = await PrivatePostgres.Start();
        return new NpgsqlConnectionStringBuilder(_private.ConnectionString);
    }

    private async Task<NpgsqlConnectionStringBuilder> MakeTemplate(NpgsqlConnectionStringBuilder server)
    {
        try
        {
            // not disposed: that would drop it
            var template = await TestDatabase.Create(server, Template, "template template0");
            await template.Migrate();
            await template.Data.DisposeAsync();
            return server;
        }
        catch (NpgsqlException e)
        {
            throw new InvalidOperationException(
                $"{PostgresUrl.Describe(server)} of {Variable} cannot be used ({e.Message}). Start it, or unset {Variable} and let the tests "
                + "start a private server (apt-get install postgresql).", e);
        }
    }
}
