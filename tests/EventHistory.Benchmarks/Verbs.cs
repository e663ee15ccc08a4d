namespace EventHistory.Benchmarks;

/// <summary>The commands that read the whole log: how many events a second, counted over the life of the process.</summary>
internal static class Verbs
{
    public static Task<Section?> MeasureVerify(Bench bench) => Measure(bench, "verify", target: null, async b => [await NaiveBaseline.ReadBack(b)],
        "Every event is read, every link of the hash chain computed again, and the read models compared.");

    public static Task<Section?> MeasureRebuild(Bench bench) => Measure(bench, "rebuild", target: 100_000, b => b.Baselines(),
        "Every event is folded again into new tables, which take the place of the old ones.");

    private static async Task<Section?> Measure(Bench bench, string verb, double? target, Func<Bench, Task<IReadOnlyList<BaselineResult>>> baselinesOf, string says)
    {
        if (!await IsKnown(verb, bench))
        {
            Bench.Say($"this eventhistory does not know \"{verb}\": left out");
            return null;
        }
        var baselines = await baselinesOf(bench);
        await using var stored = await SeededDatabase.Open(Spread.LastMonth, bench);
        await stored.Settle(bench.Ct);
        var events = (await Drain.Position(stored.Data, bench.Ct)).Log;
        await using var process = Recorder.Start(bench, [verb, "--database", stored.ConnectionString]);
        var before = Cpu.Of(process, stored.Postgres, bench);
        var (last, spent) = (before, before);
        while (!process.HasExited)
        {
            (spent, last) = (last, Cpu.Of(process, stored.Postgres, bench)); // the last one may have come too late for the process
            process.LookAtMemory();
            await Task.Delay(100, bench.Ct);
        }
        spent = spent.Since(before, events);
        var seconds = process.Age.TotalSeconds;
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"eventhistory {verb} ended with {process.ExitCode}:\n{process.Said}");
        var rate = events / seconds;
        return new Section($"`eventhistory {verb}`", says, bench.Machine,
            target is { } least ? [Figure.AtLeast($"{verb}: events a second", least, rate, "")] : [],
            [
                new("", ["events", "tasks", "seconds", "events/s", "CPU eventhistory µs/event", "CPU PostgreSQL µs/event", "peak memory"],
                    [
                        [
                            $"{events:N0}", $"{await stored.Tasks(bench.Ct):N0}", $"{seconds:F1}", $"**{rate:N0}**",
                            $"{spent.Recorder:F1}", $"{spent.Postgres:F1}", $"{process.PeakMemory / 1e6:N0} MB",
                        ],
                    ]),
                BaselineResult.Table(baselines, (verb, rate)),
            ]);
    }

    private static async Task<bool> IsKnown(string verb, Bench bench)
    {
        await using var help = Recorder.Start(bench, ["--help"]);
        await help.Exited(bench.Ct);
        return help.Said.Split('\n').Any(line => line.TrimStart().StartsWith($"{verb} ", StringComparison.Ordinal));
    }
}
