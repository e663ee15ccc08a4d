using System.Diagnostics;
using EventHistory.Store;
using Npgsql;

namespace EventHistory.Benchmarks;

/// <summary>
/// A backlog in RabbitMQ → the real <c>eventhistory serve</c> → PostgreSQL. The clock runs from the first commit until every event is
/// in the log and in the rows, so that starting the process does not count, and nothing that is put off is left out.
/// </summary>
internal static class Drain
{
    private const double Window = 5; // seconds

    // A recorder in a backlog may write rows of open tasks later than the log; then it says how far they are
    private const string PlaceSql = """
        select array[next_position, coalesce((to_jsonb(s) ->> 'reflected')::bigint, next_position)] from eventhistory.source s
        """;

    private const string RejectedSql = "select count(*) from eventhistory.rejected_message";

    /// <param name="database">May hold a history; then recording goes on behind it.</param>
    /// <param name="postgres">The server of the database.</param>
    /// <param name="meanwhile">What is done with the program until all is recorded.</param>
    public static async Task<DrainResult> Run(string name, IEnumerable<LoadMessage> load, string database, EmbeddedPostgres postgres, Bench bench,
        Func<Recorder, CancellationToken, Task>? meanwhile = null)
    {
        var stream = await bench.Broker.NewStream(bench.Ct);
        try
        {
            var (events, messages) = await Publish(load, stream, bench);
            await using var source = NpgsqlDataSource.Create(database);
            await using var recorder = Recorder.Serve(bench, stream, "--database", database);
            using var enough = CancellationTokenSource.CreateLinkedTokenSource(bench.Ct);
            var other = meanwhile?.Invoke(recorder, enough.Token) ?? Task.CompletedTask;
            var result = await Watch(name, events, messages, source, recorder, postgres, bench);
            await enough.CancelAsync();
            await other;
            return result;
        }
        finally
        {
            await bench.Broker.Delete(stream);
        }
    }

    public static async Task<(int Events, int Messages)> Publish(IEnumerable<LoadMessage> load, string stream, Bench bench)
    {
        var (events, messages, watch) = (0, 0, Stopwatch.StartNew());
        await new LoadPublisher(bench.Broker.Url, stream).Publish(load.Select(m =>
        {
            events += m.Events;
            messages++;
            return m;
        }), bench.Ct);
        Bench.Say($"published {events:N0} events in {messages:N0} messages, {events / watch.Elapsed.TotalSeconds:N0} events/s");
        return (events, messages);
    }

    /// <summary>How far the log is, and how far the rows; 0 before there is a schema.</summary>
    public static async Task<(long Log, long Rows)> Position(NpgsqlDataSource source, CancellationToken ct)
    {
        try
        {
            await using var command = source.CreateCommand(PlaceSql);
            return await command.ExecuteScalarAsync(ct) is long[] next ? (next[0] - 1, next[1] - 1) : (0, 0);
        }
        catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.InvalidSchemaName)
        {
            return (0, 0);
        }
    }

    private static async Task<DrainResult> Watch(
        string name, int events, int messages, NpgsqlDataSource source, Recorder recorder, EmbeddedPostgres postgres, Bench bench)
    {
        var before = (await Position(source, bench.Ct)).Log;
        var (first, cpu, marks, watch) = (before, default(Cpu), new List<(double Seconds, long Position)>(), new Stopwatch());
        while (true)
        {
            recorder.MustLive();
            var (log, rows) = await Position(source, bench.Ct);
            if (log > before && !watch.IsRunning)
            {
                (first, cpu) = (log, Cpu.Of(recorder, postgres, bench));
                watch.Start();
            }
            marks.Add((watch.Elapsed.TotalSeconds, log));
            if (log >= before + events && rows >= log)
                break;
            await Task.Delay(20, bench.Ct);
        }
        var seconds = watch.Elapsed.TotalSeconds;
        var spent = Cpu.Of(recorder, postgres, bench).Since(cpu, before + events - first);
        recorder.LookAtMemory();
        if (await source.Scalar<long>(RejectedSql, bench.Ct) is > 0 and var rejected)
            throw new InvalidOperationException($"{rejected} messages were rejected.");
        return new DrainResult(name, events, messages, (before + events - first) / seconds, Slowest(marks), spent,
            recorder.PeakMemory, await DiskUse.Of(source, bench.Ct));
    }

    // The lowest rate over any window; null: it was over sooner
    private static double? Slowest(List<(double Seconds, long Position)> marks)
    {
        double? slowest = null;
        var from = 0;
        foreach (var mark in marks)
        {
            while (from + 1 < marks.Count && mark.Seconds - marks[from + 1].Seconds >= Window)
                from++;
            var (start, position) = marks[from];
            if (mark.Seconds - start >= Window && (mark.Position - position) / (mark.Seconds - start) is var rate && rate < (slowest ?? double.MaxValue))
                slowest = rate;
        }
        return slowest;
    }
}

/// <summary>CPU time: seconds so far, or microseconds per event.</summary>
internal readonly record struct Cpu(double Recorder, double Postgres, double Broker)
{
    public static Cpu Of(Recorder recorder, EmbeddedPostgres postgres, Bench bench) => new(
        ProcessCost.CpuSeconds(recorder.ProcessId), ProcessCost.CpuSeconds(postgres.ProcessId!.Value), ProcessCost.CpuSeconds(bench.Broker.ProcessId));

    public Cpu Since(Cpu before, long events) => new(
        (Recorder - before.Recorder) * 1e6 / events, (Postgres - before.Postgres) * 1e6 / events, (Broker - before.Broker) * 1e6 / events);
}

/// <param name="Slowest">Events per second in the worst five seconds; null: it was over sooner.</param>
/// <param name="Cpu">In microseconds per event.</param>
/// <param name="Disk">Of the whole database afterwards.</param>
internal sealed record DrainResult(string Name, int Events, int Messages, double Rate, double? Slowest, Cpu Cpu, long PeakMemory, DiskUse Disk)
{
    public static ResultTable Table(IEnumerable<DrainResult> runs) => new("CPU is µs per event, of all processes of each program.",
        ["backlog", "events", "per message", "events/s", "worst 5 s", "CPU eventhistory", "CPU PostgreSQL", "CPU RabbitMQ", "peak memory"],
        [.. runs.Select(r => (string[])
        [
            r.Name, $"{r.Events:N0}", $"{(double)r.Events / r.Messages:F1}", $"**{r.Rate:N0}**", r.Slowest is { } slowest ? $"{slowest:N0}" : "",
            $"{r.Cpu.Recorder:F1}", $"{r.Cpu.Postgres:F1}", $"{r.Cpu.Broker:F1}", $"{r.PeakMemory / 1e6:N0} MB",
        ])]);

    public Figure[] Figures(string name, double rate) =>
    [
        Figure.AtLeast($"{name}: events a second", rate, Rate, ""),
        Figure.AtMost($"{name}: CPU of the process, µs per event", 5, Cpu.Recorder, "", "F1"),
        Figure.AtMost($"{name}: memory of the process", 250, PeakMemory / 1e6, " MB"),
    ];
}
