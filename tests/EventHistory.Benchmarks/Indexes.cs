using System.Diagnostics;
using Npgsql;

namespace EventHistory.Benchmarks;

/// <summary>
/// What each index of the finished tasks' table costs while rows are added: batch by batch into a table like it that already holds some
/// millions, without indexes, with the first one, with the second, and so on; at last with some that the schema does not have.
/// </summary>
internal static class Indexes
{
    private const double StoredShare = 0.3;
    private const double AddedShare = 0.025;
    private const int BatchTasks = 2_500; // 10,000 events

    private static readonly (string Name, string Definition)[] _notHad =
    [
        ("runtime", "USING btree (runtime)"),
        ("root_key", "USING btree (root_key) WHERE (root_key IS NOT NULL)"),
    ];

    private static string SizeSql(string index) => $"select pg_relation_size('public.\"{index}\"')";

    private const string WalSql = "select pg_current_wal_insert_lsn() - '0/0'::pg_lsn";

    public static async Task<Section?> Measure(Bench bench)
    {
        var database = await bench.NewDatabase();
        var load = new CeleryLoad((int)(bench.Options.Tasks * AddedShare), SentInLists: true) { Start = DateTime.UtcNow.AddHours(-1) };
        await Seeding.Record(load, database, bench.Ct);
        await using var data = NpgsqlDataSource.Create(database);
        var rows = await RowCopies.Create(data, seconds: (int)(load.Tasks * CeleryLoad.EventsPerTask / load.EventsPerSecond) + 1, bench.Ct);
        var stored = (int)Math.Ceiling(StoredShare / AddedShare);
        Bench.Say($"storing the rows of {stored * load.Tasks:N0} tasks");
        for (var copy = 1; copy <= stored; copy++)
            await rows.Store(copy, bench.Ct);

        var indexes = await rows.Indexes(bench.Ct);
        var found = new List<string[]> { await Row("none", "", "select pg_table_size('public.rows')", rows, stored + 1, data, bench.Ct) };
        foreach (var (name, definition, isUnique) in indexes)
        {
            await data.Execute($"create {(isUnique ? "unique " : "")}index \"{name}\" on public.rows {definition}", bench.Ct);
            found.Add(await Row($"+ `{name}`", definition, SizeSql(name), rows, stored + 1 + found.Count, data, bench.Ct));
        }
        foreach (var (name, definition) in _notHad.Where(n => indexes.All(i => i.Definition != n.Definition)))
        {
            await data.Execute($"create index \"{name}\" on public.rows {definition}", bench.Ct);
            found.Add(await Row($"+ {name}, which it does not have", definition, SizeSql(name), rows, stored + 1 + found.Count, data, bench.Ct));
        }
        return new Section("What each index costs",
            $"Finished tasks, {BatchTasks:N0} a commit, into a table like `{rows.Table}` that holds {stored * load.Tasks:N0} and more; one index after "
            + "the other is added to those before. Rates are of these rows alone, in thousands of events a second, a task being four. Sizes are of the table, then of each index, most of it freshly built.",
            bench.Machine, [], [new("", ["index", "", "k events/s", "WAL B/event", "B/task"], found)]);
    }

    private static async Task<string[]> Row(string name, string definition, string sizeSql, RowCopies rows, int copy, NpgsqlDataSource data, CancellationToken ct)
    {
        var count = await rows.Prepare(copy, ct);
        await data.Execute("checkpoint", ct);
        var (wal, watch) = (await data.Scalar<decimal>(WalSql, ct), Stopwatch.StartNew());
        await rows.Add(count, BatchTasks, ct);
        var (rate, events) = (count * CeleryLoad.EventsPerTask / watch.Elapsed.TotalSeconds, count * CeleryLoad.EventsPerTask);
        wal = await data.Scalar<decimal>(WalSql, ct) - wal;
        var (size, all) = (await data.Scalar<long>(sizeSql, ct), await data.Scalar<long>("select count(*) from public.rows", ct));
        Bench.Say($"{name}: {rate:N0} events/s");
        return [name, definition.Replace("USING btree ", "", StringComparison.Ordinal), $"{rate / 1000:N0}", $"{(double)wal / events:N0}", $"{(double)size / all:F0}"];
    }
}
