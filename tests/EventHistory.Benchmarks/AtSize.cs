namespace EventHistory.Benchmarks;

/// <summary>Backlogs into a database that holds a long history.</summary>
internal static class AtSize
{
    private const double Share = 0.5;

    public static Task<Section?> MeasureMonth(Bench bench) => Measure(bench, Spread.LastMonth, "over the last 30 days", 80_000);

    public static async Task<Section?> MeasureToday(Bench bench)
    {
        var today = DateTime.UtcNow.Date;
        var section = await Measure(bench, Spread.Today, "today", 50_000);
        return DateTime.UtcNow.Date == today
            ? section
            : throw new InvalidOperationException("It is tomorrow (UTC) by now, and what was stored was yesterday: measure again.");
    }

    private static async Task<Section?> Measure(Bench bench, Spread spread, string when, double target)
    {
        var baselines = await bench.Baselines();
        await using var stored = await SeededDatabase.Open(spread, bench);
        await stored.Settle(bench.Ct);
        var (tasks, events) = (await stored.Tasks(bench.Ct), (await Drain.Position(stored.Data, bench.Ct)).Log);
        var load = await NewTasks(stored, (int)(bench.Options.Scaled(Share) / CeleryLoad.EventsPerTask), bench);
        var run = await Drain.Run("lists of about 10", load.Messages(), stored.ConnectionString, stored.Postgres, bench);
        var name = $"{bench.Options.Tasks / 1e6:0.##} M tasks stored {when}";
        return new Section($"The same with {name}",
            $"Before the backlog there were {tasks:N0} tasks and {events:N0} events, written by the recorder's own writer with its clock set back; "
            + "then `vacuum (analyze)` and `checkpoint`.",
            bench.Machine, run.Figures(name, target),
            [
                DrainResult.Table([run]),
                new("All of it on disk afterwards, per event and per task of the whole history.",
                    ["log B/event", "task rows B/task", "rollups B/task", "other B/task"],
                    [[$"{(double)run.Disk.Log / (events + run.Events):F0}", .. run.Disk.ReadModels.Select(b => $"{(double)b / (tasks + load.Tasks):F0}")]]),
                BaselineResult.Table(baselines, ($"with {name}, ours", run.Rate)),
            ]);
    }

    /// <summary>Tasks that the database does not know, whatever was recorded into it before.</summary>
    public static async Task<CeleryLoad> NewTasks(SeededDatabase stored, int tasks, Bench bench)
    {
        var load = new CeleryLoad(tasks, SentInLists: true) { Seed = (ulong)(await Drain.Position(stored.Data, bench.Ct)).Log + 1000 };
        return load with { Start = DateTime.UtcNow.AddSeconds(-tasks * CeleryLoad.EventsPerTask / load.EventsPerSecond) };
    }
}
