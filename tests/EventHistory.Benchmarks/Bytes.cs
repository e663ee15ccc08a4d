namespace EventHistory.Benchmarks;

/// <summary>What real messages take on disk.</summary>
internal static class Bytes
{
    private const double Share = 0.1;

    public static async Task<Section?> Measure(Bench bench)
    {
        var naive = (await bench.Baselines())[^1];
        var capture = new CaptureReplay();
        var rounds = Math.Max(1, (int)Math.Ceiling(bench.Options.Scaled(Share) / (double)capture.Events));
        var run = await Drain.Run("a real capture", capture.Messages(rounds, DateTime.UtcNow), await bench.NewDatabase(), bench.Postgres, bench);
        double tasks = rounds * capture.Tasks;
        var perEvent = (double)run.Disk.Log / run.Events;
        return new Section("Bytes on disk",
            $"A real capture of {capture.Events:N0} events and {capture.Tasks} tasks, {rounds} times, each time with ids of its own and "
            + $"{capture.Seconds:F0} seconds later. Tables with TOAST and indexes, not packed afterwards.",
            bench.Machine,
            [
                Figure.AtMost("log of real events, bytes an event", 75, perEvent, "", "F1"),
                Figure.AtMost("log, read models and indexes of real tasks, bytes a task", 800, run.Disk.Total / tasks, ""),
            ],
            [
                new($"A row per event as `jsonb` takes {naive.BytesPerEvent:F0} bytes.",
                    ["events", "tasks", "log B/event", "log B/task", "task rows B/task", "rollups B/task", "other B/task"],
                    [[$"{run.Events:N0}", $"{tasks:N0}", $"{perEvent:F1}", $"{run.Disk.Log / tasks:F0}", .. run.Disk.ReadModels.Select(b => $"{b / tasks:F0}")]]),
            ]);
    }
}
