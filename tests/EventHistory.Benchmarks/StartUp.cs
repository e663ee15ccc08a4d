using EventHistory.Store;
using Microsoft.Extensions.Logging.Abstractions;

namespace EventHistory.Benchmarks;

/// <summary>
/// From the start of the process until it says that it records, and until it has committed the first event of those that wait, in a
/// database with a long history: again and again in the middle of a backlog, after stops and after kills.
/// </summary>
internal static class StartUp
{
    private const int Starts = 7;
    private const double BacklogShare = 1.0 / 15;

    private static readonly TimeSpan _underLoad = TimeSpan.FromSeconds(0.5);

    public static async Task<Section?> Measure(Bench bench)
    {
        var stream = await bench.Broker.NewStream(bench.Ct);
        try
        {
            var (tasks, folder) = (0L, "");
            List<StartTimes> stopped, killed;
            await using (var stored = await SeededDatabase.Open(Spread.LastMonth, bench))
            {
                (tasks, folder) = (await stored.Tasks(bench.Ct), stored.Folder);
                stopped = await Repeat(stream, stored, r => r.Terminate(), bench);
                killed = await Repeat(stream, stored, r => r.Kill(), bench);
            }
            var own = await WithItsOwnPostgres(stream, folder, bench);
            return new Section($"Start with {bench.Options.Tasks / 1e6:0.##} M tasks stored",
                $"{tasks:N0} tasks, and a backlog that never ends; each start follows a stop (SIGTERM) or a SIGKILL after {_underLoad.TotalSeconds} s of "
                + "recording at full speed. Milliseconds from the start of the process.",
                bench.Machine,
                [
                    Figure.AtMost("start to recording after a stop, slowest", 2000, stopped.Max(t => t.Recording), " ms"),
                    Figure.AtMost("start to recording after SIGKILL, slowest", 2000, killed.Max(t => t.Recording), " ms"),
                ],
                [
                    new("", ["", "starts", "recording, median", "recording, slowest", "first commit, median", "first commit, slowest"],
                        [
                            Row("after a stop", stopped), Row("after SIGKILL under load", killed),
                            Row("with its own PostgreSQL to start, after a stop", own.Stopped),
                            Row("with its own PostgreSQL to stop and start, after SIGKILL", own.Killed),
                        ]),
                ]);
        }
        finally
        {
            await bench.Broker.Delete(stream);
        }
    }

    // The first one does not count: it is what the others are to follow
    private static async Task<List<StartTimes>> Repeat(string stream, SeededDatabase stored, Func<Recorder, Task> end, Bench bench)
    {
        var found = new List<StartTimes>();
        for (var i = 0; i <= Starts; i++)
        {
            var load = await AtSize.NewTasks(stored, (int)(bench.Options.Scaled(BacklogShare) / CeleryLoad.EventsPerTask), bench);
            await Drain.Publish(load.Messages(), stream, bench);
            var before = (await Drain.Position(stored.Data, bench.Ct)).Log;
            found.Add(await Once(stream, ["--database", stored.ConnectionString], end, bench,
                async () => (await Drain.Position(stored.Data, bench.Ct)).Log > before));
        }
        return found[1..];
    }

    private static async Task<(List<StartTimes> Stopped, List<StartTimes> Killed)> WithItsOwnPostgres(string stream, string folder, Bench bench)
    {
        var (stopped, killed) = (new List<StartTimes>(), new List<StartTimes>());
        try
        {
            for (var i = 0; i < Starts; i++)
                stopped.Add(await Once(stream, ["--data", folder], r => r.Terminate(), bench));
            for (var i = 0; i <= Starts; i++)
                killed.Add(await Once(stream, ["--data", folder], r => r.Kill(), bench));
            return (stopped, killed[1..]);
        }
        finally
        {
            await using (await EmbeddedPostgres.Start(folder, NullLogger.Instance, CancellationToken.None))
            {
                // the one that the last kill left behind is stopped
            }
        }
    }

    private static async Task<StartTimes> Once(string stream, string[] where, Func<Recorder, Task> end, Bench bench, Func<Task<bool>>? hasCommitted = null)
    {
        await using var recorder = Recorder.Serve(bench, stream, where);
        var recording = await recorder.Records(bench.Ct);
        while (hasCommitted is not null && !await hasCommitted())
        {
            recorder.MustLive();
            await Task.Delay(5, bench.Ct);
        }
        double? committed = hasCommitted is null ? null : recorder.Age.TotalMilliseconds;
        await Task.Delay(_underLoad, bench.Ct);
        await end(recorder);
        return new StartTimes(recording.TotalMilliseconds, committed);
    }

    private static string[] Row(string name, List<StartTimes> times) =>
    [
        name, $"{times.Count}", .. Summary(times.Select(t => (double?)t.Recording)), .. Summary(times.Select(t => t.FirstCommit)),
    ];

    // Median and slowest
    private static string[] Summary(IEnumerable<double?> times)
    {
        var sorted = times.OfType<double>().Order().ToList();
        return sorted.Count == 0 ? ["", ""] : [$"{sorted[sorted.Count / 2]:F0}", $"{sorted[^1]:F0}"];
    }

    /// <summary>In milliseconds.</summary>
    private sealed record StartTimes(double Recording, double? FirstCommit);
}
