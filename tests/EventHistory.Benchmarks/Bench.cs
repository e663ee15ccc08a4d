using EventHistory.Store;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace EventHistory.Benchmarks;

/// <summary>What the parts of a run share: one folder, a broker, a PostgreSQL, and what the naive way costs on this machine today.</summary>
internal sealed class Bench : IAsyncDisposable
{
    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"eventhistory-bench-{Guid.NewGuid():N}"[..32]); // PostgreSQL may run as another user
    private PrivateBroker? _broker;
    private EmbeddedPostgres? _postgres;
    private IReadOnlyList<BaselineResult>? _baselines;

    private Bench(BenchOptions options, CancellationToken ct) => (Options, Ct) = (options, ct);

    public BenchOptions Options { get; }

    public CancellationToken Ct { get; }

    /// <summary>Where the databases at size are.</summary>
    public string Shelf => Options.Keep ?? _folder;

    public PrivateBroker Broker => _broker!;

    /// <summary>With the settings of the product's own PostgreSQL, for databases that begin empty.</summary>
    public EmbeddedPostgres Postgres => _postgres!;

    public Machine Machine { get; private set; } = null!;

    public static async Task<Bench> Start(BenchOptions options, CancellationToken ct)
    {
        var bench = new Bench(options, ct);
        try
        {
            Directory.CreateDirectory(bench._folder);
            bench._broker = await PrivateBroker.Start(Path.Combine(bench._folder, "rabbitmq"), ct);
            bench._postgres = await EmbeddedPostgres.Start(Path.Combine(bench._folder, "data"), NullLogger.Instance, ct);
            bench.Machine = await Machine.This(bench.Postgres.ConnectionString, await bench.Broker.Version(ct), ct);
            return bench;
        }
        catch
        {
            await bench.DisposeAsync();
            throw;
        }
    }

    public async Task<string> NewDatabase()
    {
        var name = $"bench_{Guid.NewGuid():N}";
        await using var source = NpgsqlDataSource.Create(Postgres.ConnectionString);
        await source.Execute($"create database {name}", Ct);
        return new NpgsqlConnectionStringBuilder(Postgres.ConnectionString) { Database = name }.ConnectionString;
    }

    /// <summary>Measured once a run, before the first part that asks.</summary>
    public async Task<IReadOnlyList<BaselineResult>> Baselines() => _baselines ??= await NaiveBaseline.RunAll(this);

    public static void Say(string text) => Console.Error.WriteLine($"{DateTime.UtcNow:HH:mm:ss}  {text}");

    public async ValueTask DisposeAsync()
    {
        if (_postgres is not null)
            await _postgres.DisposeAsync();
        if (_broker is not null)
            await _broker.DisposeAsync();
        if (Directory.Exists(_folder))
            Directory.Delete(_folder, recursive: true);
    }
}
