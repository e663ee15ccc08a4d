using System.Diagnostics;
using Npgsql;
using RabbitMQ.Client;

namespace EventHistory.Benchmarks;

/// <summary>
/// One event at a time, at random moments, in a system that does nothing else: from publishing it to the moment when a SELECT sees it in
/// the task's row. By turns a new task, and the end of the one before.
/// </summary>
internal static class Latency
{
    private const double Share = 1.0 / 15_000;
    private const int WarmUp = 20;
    private const int PollMs = 2;

    private const string StateSql = "select state from eventhistory.task where key = $1";

    private static readonly BasicProperties _json = new() { ContentType = "application/json", ContentEncoding = "utf-8" };

    private static readonly TimeSpan _shortestPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan _longestPause = TimeSpan.FromMilliseconds(700);

    public static async Task<Section?> Measure(Bench bench)
    {
        var database = await bench.NewDatabase();
        var stream = await bench.Broker.NewStream(bench.Ct);
        await using var recorder = Recorder.Serve(bench, stream, "--database", database);
        await recorder.Records(bench.Ct);
        var (begun, ended) = await Sample(stream, database, Math.Max(10, bench.Options.Scaled(Share)), bench);
        var all = begun.Concat(ended).Order().ToList();
        return new Section("Latency",
            $"Single events at random moments ({_shortestPause.TotalMilliseconds:F0} to {_longestPause.TotalMilliseconds:F0} ms apart), nothing else "
            + $"going on, until a SELECT every {PollMs} ms sees the task's row. Milliseconds.",
            bench.Machine,
            [Figure.AtMost("visible latency of one event in a quiet system, p99", 500, Percentile(all, 0.99), " ms")],
            [new("", ["event", "samples", "p50", "p95", "p99", "max"], [Row("first of a task", begun), Row("last of a task", ended), Row("both", all)])]);
    }

    private static async Task<(List<double> Begun, List<double> Ended)> Sample(string stream, string database, int pairs, Bench bench)
    {
        var (begun, ended, random) = (new List<double>(), new List<double>(), new Random(7));
        await using var connection = await bench.Broker.Connect(bench.Ct);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: bench.Ct);
        await using var data = NpgsqlDataSource.Create(database);
        var start = DateTime.UtcNow;
        for (var task = 0; task < WarmUp + pairs; task++)
        {
            if (task == WarmUp)
                (begun, ended) = ([], []);
            begun.Add(await One(CeleryLoad.Step.Sent, state => state is not null));
            ended.Add(await One(CeleryLoad.Step.Succeeded, state => state == "SUCCESS"));

            async Task<double> One(CeleryLoad.Step step, Func<string?, bool> isVisible)
            {
                await Task.Delay(_shortestPause + ((_longestPause - _shortestPause) * random.NextDouble()), bench.Ct);
                var json = new CeleryJson(seed: 3, start);
                json.Begin(isList: false);
                json.Task("gen1@web1", 1, task, new(step, task, 0, (DateTime.UtcNow - start).TotalSeconds));
                var watch = Stopwatch.StartNew();
                await channel.BasicPublishAsync(stream, CeleryJson.RoutingKey(step), mandatory: false, _json, json.End(), bench.Ct);
                await using var look = data.CreateCommand(StateSql);
                look.Parameters.Add(new() { Value = CeleryJson.TaskId(3, task) });
                while (!isVisible(await look.ExecuteScalarAsync(bench.Ct) as string))
                    await Task.Delay(PollMs, bench.Ct);
                return watch.Elapsed.TotalMilliseconds;
            }
        }
        return (begun, ended);
    }

    private static string[] Row(string name, List<double> samples)
    {
        samples.Sort();
        return [name, $"{samples.Count}", .. new[] { 0.5, 0.95, 0.99, 1 }.Select(p => $"{Percentile(samples, p):F0}")];
    }

    private static double Percentile(List<double> sorted, double part) => sorted[Math.Max(0, (int)Math.Ceiling(part * sorted.Count) - 1)];
}
