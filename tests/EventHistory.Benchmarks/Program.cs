using System.Globalization;
using System.Text;
using EventHistory.Benchmarks;
using EventHistory.Store;
using Microsoft.Extensions.Logging.Abstractions;
using RabbitMQ.Client;

// dotnet run -c Release [EVENTS]: the results go to the terminal and into RESULTS.md
var events = args is [var given, ..] ? int.Parse(given, CultureInfo.InvariantCulture) : 400_000;
var folder = Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), $"eventhistory-bench-{Guid.NewGuid():N}"[..32])).FullName; // PostgreSQL may run as another user
using var interrupt = new CancellationTokenSource();
Console.CancelKeyPress += (_, e) =>
{
    e.Cancel = true;
    interrupt.Cancel();
};
var ct = interrupt.Token;
try
{
    await using var broker = await PrivateBroker.Start(Path.Combine(folder, "rabbitmq"), ct);
    await using var postgres = await EmbeddedPostgres.Start(Path.Combine(folder, "data"), NullLogger.Instance, ct);
    var machine = await Report.ThisMachine(postgres.ConnectionString, await BrokerVersion(broker), ct);

    EndToEndResult[] runs =
    [
        await EndToEnd.Run("lists of about 10", new CeleryLoad(events / 4, SentInLists: true), broker, postgres, ct),
        await EndToEnd.Run("lists of about 10, task-sent singly", new CeleryLoad(events / 4), broker, postgres, ct),
        await EndToEnd.Run("lists of 1 to 3, task-sent singly", new CeleryLoad(events / 4, ListSize: 2), broker, postgres, ct),
    ];
    BaselineResult[] baselines =
    [
        await NaiveBaseline.Run("a commit per event", Math.Min(events, 5_000), 1, postgres, ct),
        await NaiveBaseline.Run("a commit per 500 events", Math.Min(events, 50_000), 500, postgres, ct),
    ];
    var report = Report.Of(machine, runs, baselines);
    Console.WriteLine(report);
    if (events >= 400_000)
        await File.WriteAllTextAsync(Repository.File("tests/EventHistory.Benchmarks/RESULTS.md"), report, ct);
}
finally
{
    Directory.Delete(folder, recursive: true);
}

static async Task<string> BrokerVersion(PrivateBroker broker)
{
    await using var connection = await new ConnectionFactory { Uri = new Uri(broker.Url) }.CreateConnectionAsync();
    return connection.ServerProperties?["version"] is byte[] text ? Encoding.UTF8.GetString(text) : "unknown";
}
