using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Npgsql;

namespace EventHistory.Benchmarks;

/// <summary><c>eventhistory prune</c> of a tenth of a long history, while events come in at a steady rate.</summary>
internal static class Pruning
{
    private const int EventsPerSecond = 5_000;

    private const string BytesSql = "select pg_database_size(current_database())"; // by the sizes of its files

    private const string LookUpSql = "select count(*) from eventhistory.task where key = $1";

    private const string PrunedSql = "select coalesce(sum(tasks), 0)::bigint from eventhistory.prune_receipt where pruned_at is not null";

    private static readonly TimeSpan _target = TimeSpan.FromSeconds(60);

    public static async Task<Section?> Measure(Bench bench)
    {
        await using var stored = await SeededDatabase.Copy(Spread.LastMonth, bench);
        var stream = await bench.Broker.NewStream(bench.Ct);
        await using var recorder = Recorder.Serve(bench, stream, "--database", stored.ConnectionString);
        await recorder.Records(bench.Ct);
        await Questions.DaysIndexed(stored, recorder, bench);
        await stored.Settle(bench.Ct);
        var tasks = await stored.Tasks(bench.Ct);
        var (disk, bytes) = (await DiskUse.Of(stored.Data, bench.Ct), await stored.Data.Scalar<long>(BytesSql, bench.Ct));

        using var enough = CancellationTokenSource.CreateLinkedTokenSource(bench.Ct);
        var traffic = new Traffic(stored, stream, await AtSize.NewTasks(stored, 10_000_000, bench), bench);
        var coming = traffic.Publish(enough.Token);
        await traffic.Begun(bench.Ct);
        var prune = await Prune(stored, tasks - (bench.Options.Tasks / 10), traffic, bench);
        await traffic.CaughtUp(bench.Ct);
        await enough.CancelAsync();
        await coming;

        var (diskAfter, bytesAfter, recorded) = (await DiskUse.Of(stored.Data, bench.Ct), await stored.Data.Scalar<long>(BytesSql, bench.Ct), traffic.Recorded);
        return new Section($"`eventhistory prune`: {prune.Tasks / 1e6:0.##} M of {tasks / 1e6:0.##} M tasks",
            $"The oldest tasks go, a tenth of what was seeded, and their events out of the log, while {EventsPerSecond:N0} events a second come in ({recorded:N0} in all). Lag: how long what is "
            + "published and not yet recorded takes to come in. Bytes by the sizes of the database's files, before and after, with what was recorded meanwhile.",
            bench.Machine,
            [
                Figure.AtMost($"pruning {prune.Tasks / 1e6:0.##} M of {tasks / 1e6:0.##} M tasks", _target.TotalSeconds, prune.Seconds, " s", "F1"),
                Figure.AtMost("lag of recording meanwhile", 5, prune.Lag, " s", "F1"),
                Figure.AtMost("longest that a table was locked", 100, LongestLock(prune.Said), " ms"),
            ],
            [
                new("", ["tasks that went", "seconds", "tasks/s", "greatest lag, s", "slowest look-up meanwhile, ms", "it said"],
                    [[$"{prune.Tasks:N0}", $"**{prune.Seconds:F1}**", $"{prune.Tasks / prune.Seconds:N0}", $"{prune.Lag:F1}", $"{prune.SlowestLookUp:F0}", prune.Said]]),
                new("", ["bytes on disk", "before", "after", "given back"],
                    [
                        ["the database", $"{bytes:N0}", $"{bytesAfter:N0}", $"**{bytes - bytesAfter:N0}**"],
                        ["tasks", $"{disk.Tasks:N0}", $"{diskAfter.Tasks:N0}", $"{disk.Tasks - diskAfter.Tasks:N0}"],
                        ["log", $"{disk.Log:N0}", $"{diskAfter.Log:N0}", $"{disk.Log - diskAfter.Log:N0}"],
                    ]),
            ]);
    }

    private static async Task<(long Tasks, double Seconds, double Lag, double SlowestLookUp, string Said)> Prune(
        SeededDatabase stored, long keep, Traffic traffic, Bench bench)
    {
        await using var prune = Recorder.Start(bench, ["prune", "--database", stored.ConnectionString], new() { ["EventHistory__Retention__MaxTasks"] = $"{keep}" });
        var (lag, slowest) = (0.0, 0.0);
        var watching = Task.Run(async () =>
        {
            await using var connection = await stored.Data.OpenConnectionAsync(bench.Ct);
            await using var lookUp = new NpgsqlCommand(LookUpSql, connection) { Parameters = { new() { Value = Guid.NewGuid() } } };
            while (!prune.HasExited)
            {
                var watch = Stopwatch.StartNew();
                await lookUp.ExecuteScalarAsync(bench.Ct);
                slowest = Math.Max(slowest, watch.Elapsed.TotalMilliseconds);
                await Task.Delay(10, bench.Ct);
            }
        }, bench.Ct);
        while (!prune.HasExited)
        {
            lag = Math.Max(lag, await traffic.Lag(bench.Ct));
            await Task.Delay(100, bench.Ct);
        }
        var seconds = prune.Age.TotalSeconds;
        await watching;
        await prune.Exited(bench.Ct);
        if (prune.ExitCode != 0)
            throw new InvalidOperationException($"eventhistory prune ended with {prune.ExitCode}:\n{prune.Said}");
        return (await stored.Data.Scalar<long>(PrunedSql, bench.Ct), seconds, lag, slowest, prune.Said.Trim().Split('\n')[^1]);
    }

    private static double LongestLock(string said) =>
        double.Parse(Regex.Match(said, "locked for more than ([0-9,]+) ms").Groups[1].Value, NumberStyles.AllowThousands, CultureInfo.InvariantCulture);

    /// <summary>Events at a steady rate, and how far behind they are recorded.</summary>
    private sealed class Traffic(SeededDatabase stored, string stream, CeleryLoad load, Bench bench)
    {
        private long _before;
        private long _published;

        public long Recorded { get; private set; }

        public async Task Publish(CancellationToken ct)
        {
            _before = (await Drain.Position(stored.Data, bench.Ct)).Log;
            load = load with { EventsPerSecond = EventsPerSecond, Start = DateTime.UtcNow };
            var perMessage = load.Slice(10).Average(m => (double)m.Events);
            try
            {
                await new LoadPublisher(bench.Broker.Url, stream) { MessagesPerSecond = EventsPerSecond / perMessage }.Publish(Counted(), ct);
            }
            catch (OperationCanceledException) when (ct.IsCancellationRequested)
            {
                // enough
            }
        }

        public async Task Begun(CancellationToken ct)
        {
            while (await Lag(ct) > 1 || Recorded < 5 * EventsPerSecond)
                await Task.Delay(100, ct);
        }

        /// <summary>Seconds.</summary>
        public async Task<double> Lag(CancellationToken ct) => (double)await Behind(ct) / EventsPerSecond;

        public async Task CaughtUp(CancellationToken ct)
        {
            while (await Lag(ct) > 1)
                await Task.Delay(100, ct);
        }

        private async Task<long> Behind(CancellationToken ct)
        {
            var published = Interlocked.Read(ref _published);
            Recorded = (await Drain.Position(stored.Data, ct)).Log - _before;
            return published - Recorded;
        }

        private IEnumerable<LoadMessage> Counted()
        {
            foreach (var message in load.Messages())
            {
                yield return message;
                Interlocked.Add(ref _published, message.Events);
            }
        }
    }
}
