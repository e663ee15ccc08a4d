namespace EventHistory.Benchmarks;

/// <summary>Backlogs into an empty database.</summary>
internal static class EndToEnd
{
    /// <summary>A third of the largest: as many messages in about the same time.</summary>
    private const double Mix = 0.3;

    public static async Task<Section?> Measure(Bench bench)
    {
        var baselines = await bench.Baselines();
        var lists = await Run(bench, "lists of about 10", new CeleryLoad(Tasks(bench.Options.Events), SentInLists: true));
        var singles = await Run(bench, "lists of about 10, task-sent singly", new CeleryLoad(Tasks(bench.Options.Scaled(Mix))));
        var mix = await Run(bench, "lists of 1 to 3, task-sent singly", new CeleryLoad(Tasks(bench.Options.Scaled(Mix)), ListSize: 2));
        return new Section("From RabbitMQ into an empty database",
            "A backlog in the stream, then `eventhistory serve`. Rates count from the first commit until the last event is in the log and in the rows.",
            bench.Machine,
            [.. lists.Figures("lists of about 10, empty database", 100_000), .. mix.Figures("real mix, 1.5 events a message", 40_000)],
            [DrainResult.Table([lists, singles, mix]), BaselineResult.Table(baselines, ("lists of about 10", lists.Rate), ("real mix", mix.Rate))]);
    }

    private static int Tasks(int events) => (int)(events / CeleryLoad.EventsPerTask);

    // The senders said it at 10,000 events a second, until now
    private static async Task<DrainResult> Run(Bench bench, string name, CeleryLoad load)
    {
        var now = load with { Start = DateTime.UtcNow.AddSeconds(-load.Tasks * CeleryLoad.EventsPerTask / load.EventsPerSecond) };
        return await Drain.Run(name, now.Messages(), await bench.NewDatabase(), bench.Postgres, bench);
    }
}
