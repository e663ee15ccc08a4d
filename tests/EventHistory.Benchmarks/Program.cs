using System.Runtime.InteropServices;
using EventHistory.Benchmarks;

// In this order: what needs a quiet and empty machine first
(string Name, string Says, Func<Bench, Task<Section?>> Measure)[] parts =
[
    ("end-to-end", "a backlog in RabbitMQ into an empty database: rate, CPU, memory", EndToEnd.Measure),
    ("bytes", "what a real capture takes on disk", Bytes.Measure),
    ("latency", "when one event of a quiet system can be seen", Latency.Measure),
    ("indexes", "what each index of the task table costs", Indexes.Measure),
    ("at-size", "a backlog into a database with TASKS stored over the last 30 days", AtSize.MeasureMonth),
    ("start-up", "from process start to recording, there", StartUp.Measure),
    ("verify", "eventhistory verify, there", Verbs.MeasureVerify),
    ("rebuild", "eventhistory rebuild, there", Verbs.MeasureRebuild),
    ("questions", "what the API takes to answer there, while events come in", Questions.Measure),
    ("prune", "a tenth of the TASKS stored there is pruned, in a copy, while events come in", Pruning.Measure),
    ("today", "a backlog into a database whose TASKS all finished today", AtSize.MeasureToday),
];

BenchOptions options;
try
{
    options = BenchOptions.Parse(args);
    if (options.Only.Except(parts.Select(p => p.Name)).FirstOrDefault() is { } unknown)
        throw new FormatException($"There is no part \"{unknown}\".");
}
catch (FormatException e)
{
    Console.Error.WriteLine($"{e.Message}\n\n{BenchOptions.Usage}\nparts:\n{string.Join('\n', parts.Select(p => $"  {p.Name,-12}{p.Says}"))}");
    return 2;
}
var chosen = parts.Where(p => options.Only.Count == 0 || options.Only.Contains(p.Name)).ToList();
if (!DiskSpace.IsEnough(options, chosen.Select(p => p.Name)))
    return 1;

using var interrupt = new CancellationTokenSource();
using var onInterrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var onTerminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
try
{
    await using var bench = await Bench.Start(options, interrupt.Token);
    var failed = 0;
    foreach (var (name, says, measure) in chosen)
    {
        Bench.Say($"{name}: {says}");
        try
        {
            if (await measure(bench) is { } section)
                Show(name, section);
        }
        catch (Exception e) when (!interrupt.IsCancellationRequested)
        {
            Bench.Say($"{name} failed: {e}");
            failed++;
        }
    }
    return failed == 0 ? 0 : 1;
}
catch (Exception e) when (interrupt.IsCancellationRequested)
{
    Bench.Say($"interrupted ({e.GetType().Name}); everything that was started is stopped");
    return 130;
}

void Stop(PosixSignalContext signal)
{
    signal.Cancel = !interrupt.IsCancellationRequested; // the second one ends us at once
    interrupt.Cancel();
}

void Show(string part, Section section)
{
    Console.WriteLine(Report.Of(section));
    if (!options.IsFullSize)
    {
        Bench.Say($"{part}: smaller than a full run, and not written down");
        return;
    }
    section.Write(part);
    File.WriteAllText(Repository.File("tests/EventHistory.Benchmarks/RESULTS.md"), Report.Of([.. parts.Select(p => Section.Read(p.Name)).OfType<Section>()]));
}
