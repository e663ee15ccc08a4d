using System.Diagnostics;
using System.Globalization;
using EventHistory.Store;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace EventHistory.Benchmarks;

/// <summary>When the stored tasks happened.</summary>
internal enum Spread
{
    LastMonth, Today,
}

/// <summary>
/// A database that holds as many tasks as the run's options say, in a PostgreSQL of its own with its files in a folder of its own.
/// Parts that record into it leave it so much larger; with <c>--keep</c> the next run finds it again.
/// </summary>
internal sealed class SeededDatabase : IAsyncDisposable
{
    private const string SettleSql = "vacuum (analyze)";

    private const string CheckpointSql = "checkpoint";

    private const string TasksSql = "select count(*) from eventhistory.task";

    /// <summary>Of the tasks that are stored: their ids follow from it.</summary>
    public const ulong Seed = 2;

    private static readonly TimeSpan _youngestToday = TimeSpan.FromMinutes(10);

    private readonly bool _isCopy;

    private SeededDatabase(EmbeddedPostgres postgres, string folder, bool isCopy = false) =>
        (Postgres, Data, Folder, _isCopy) = (postgres, NpgsqlDataSource.Create(postgres.ConnectionString), folder, isCopy);

    public EmbeddedPostgres Postgres { get; }

    public string ConnectionString => Postgres.ConnectionString;

    public NpgsqlDataSource Data { get; }

    /// <summary>What <c>eventhistory serve --data</c> takes.</summary>
    public string Folder { get; }

    public static async Task<SeededDatabase> Open(Spread spread, Bench bench)
    {
        var folder = Path.Combine(bench.Shelf, NameOf(spread, bench.Options.Tasks));
        Directory.CreateDirectory(bench.Shelf);
        foreach (var yesterday in Directory.GetDirectories(bench.Shelf, "today-*").Where(d => !Path.GetFileName(d).StartsWith(Today, StringComparison.Ordinal)))
            Directory.Delete(yesterday, recursive: true);
        var finished = Path.Combine(folder, "seeded");
        if (Directory.Exists(folder) && !File.Exists(finished))
            Directory.Delete(folder, recursive: true); // somebody stopped it half-way
        Directory.CreateDirectory(folder);
        var seeded = new SeededDatabase(await EmbeddedPostgres.Start(folder, NullLogger.Instance, bench.Ct), folder);
        try
        {
            if (!File.Exists(finished))
            {
                await seeded.Store(spread, bench);
                await File.WriteAllTextAsync(finished, "", bench.Ct);
            }
            else
            {
                Bench.Say($"found {folder}");
            }
            await seeded.Migrate(bench);
            return seeded;
        }
        catch
        {
            await seeded.DisposeAsync();
            throw;
        }
    }

    /// <summary>The same to be spoilt: a copy of its files, which are deleted in the end.</summary>
    public static async Task<SeededDatabase> Copy(Spread spread, Bench bench)
    {
        string folder;
        await using (var stored = await Open(spread, bench))
        {
            await stored.Settle(bench.Ct);
            folder = stored.Folder;
        }
        var copy = folder + "-copy";
        if (Directory.Exists(copy))
            Directory.Delete(copy, recursive: true);
        Bench.Say($"copying {folder}");
        using (var cp = Process.Start("cp", ["-a", "--reflink=auto", folder, copy])) // as whom the server runs, it goes on to run
        {
            await cp.WaitForExitAsync(bench.Ct);
            if (cp.ExitCode != 0)
                throw new InvalidOperationException($"{folder} could not be copied.");
        }
        return new SeededDatabase(await EmbeddedPostgres.Start(copy, NullLogger.Instance, bench.Ct), copy, isCopy: true);
    }

    public Task<long> Tasks(CancellationToken ct) => Data.Scalar<long>(TasksSql, ct);

    /// <summary>Leaves nothing to be done later that the measured part would pay for.</summary>
    public async Task Settle(CancellationToken ct)
    {
        await Data.Execute(SettleSql, ct);
        await Data.Execute(CheckpointSql, ct);
    }

    public async ValueTask DisposeAsync()
    {
        await Data.DisposeAsync();
        await Postgres.DisposeAsync();
        if (_isCopy)
            Directory.Delete(Folder, recursive: true);
    }

    private async Task Store(Spread spread, Bench bench)
    {
        var now = DateTime.UtcNow;
        var start = spread == Spread.Today ? now.Date : now.AddDays(-30);
        if (now - start < _youngestToday)
            throw new InvalidOperationException($"Today (UTC) is too young for what is to have happened today: try again in {_youngestToday.TotalMinutes:N0} minutes.");
        var tasks = bench.Options.Tasks;
        Bench.Say($"storing {tasks:N0} tasks from {start:u} until now in {Folder}");
        var watch = Stopwatch.StartNew();
        var events = await Seeding.Record(new CeleryLoad(tasks, SentInLists: true)
        {
            Seed = Seed,
            Start = start,
            EventsPerSecond = tasks * CeleryLoad.EventsPerTask / (now - start).TotalSeconds,
        }, ConnectionString, bench.Ct);
        Bench.Say($"stored {events:N0} events, {events / watch.Elapsed.TotalSeconds:N0} events/s");
    }

    // Another EventHistory than the one that is measured may have stored it
    private async Task Migrate(Bench bench)
    {
        await using var migrate = Recorder.Start(bench, ["migrate", "--database", ConnectionString]);
        await migrate.Exited(bench.Ct);
        if (migrate.ExitCode != 0)
            throw new InvalidOperationException($"{Folder} cannot be used: {migrate.Said}");
    }

    private static string Today => string.Create(CultureInfo.InvariantCulture, $"today-{DateTime.UtcNow:yyyyMMdd}-");

    /// <summary>Whether an earlier run has stored it on the shelf.</summary>
    public static bool IsThere(string shelf, Spread spread, int tasks) => File.Exists(Path.Combine(shelf, NameOf(spread, tasks), "seeded"));

    private static string NameOf(Spread spread, int tasks) => $"{(spread == Spread.LastMonth ? "last-month-" : Today)}{tasks}";
}
