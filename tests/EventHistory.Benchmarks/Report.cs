using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Npgsql;

namespace EventHistory.Benchmarks;

/// <summary>The results as Markdown, with the machine named: ratios mean something elsewhere, absolutes hardly.</summary>
internal static partial class Report
{
    private const string VersionSql = "show server_version";

    public static string Of(Machine machine, IReadOnlyList<EndToEndResult> runs, IReadOnlyList<BaselineResult> baselines)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"""
            # From RabbitMQ into PostgreSQL

            What `make bench` measured last: a backlog in a RabbitMQ stream, the real `eventhistory serve`, PostgreSQL with fsync on, all
            on one machine. Rates count from the first commit to the last. CPU is µs per event, of all processes of each program.

            {machine.Date} · {machine.Cpu}, {machine.Cores} cores, {machine.MemoryGb:F0} GB · {machine.System} · PostgreSQL {machine.Postgres} · RabbitMQ {machine.RabbitMq} · .NET {machine.DotNet}

            | backlog | events | per message | events/s | CPU eventhistory | CPU PostgreSQL | CPU RabbitMQ | log B/event | rows B/task | peak memory |
            |---|---|---|---|---|---|---|---|---|---|

            """);
        foreach (var r in runs)
        {
            text.Append(CultureInfo.InvariantCulture, $"| {r.Name} | {r.Events:N0} | {(double)r.Events / r.Messages:F1} | **{r.Rate:N0}** ")
                .Append(CultureInfo.InvariantCulture, $"| {r.Us:F1} | {r.Postgres:F1} | {r.Broker:F1} | {r.LogBytesPerEvent:F0} | {r.RowBytesPerTask:F0} | {r.PeakMemory / 1e6:F0} MB |\n");
        }
        text.Append("""

            The log holds every event verbatim; the rows are the tables `task`, `worker` and so on, with their indexes.

            ## The naive way, in the same run

            One row per event (`jsonb`, an index on the task id), one INSERT each, no broker, no read models.

            | | events | events/s | our rate is | CPU client | CPU PostgreSQL | B/event |
            |---|---|---|---|---|---|---|

            """);
        foreach (var b in baselines)
        {
            text.Append(CultureInfo.InvariantCulture, $"| {b.Name} | {b.Events:N0} | {b.Rate:N0} | {runs[0].Rate / b.Rate:F1} times that ")
                .Append(CultureInfo.InvariantCulture, $"| {b.Us:F1} | {b.Postgres:F1} | {b.BytesPerEvent:F0} |\n");
        }
        return text.ToString();
    }

    public static async Task<Machine> ThisMachine(string database, string brokerVersion, CancellationToken ct)
    {
        await using var source = NpgsqlDataSource.Create(database);
        await using var version = source.CreateCommand(VersionSql);
        return new Machine(
            DateTime.UtcNow.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
            Field("/proc/cpuinfo", CpuModel()), Environment.ProcessorCount,
            long.Parse(Field("/proc/meminfo", TotalMemory()), CultureInfo.InvariantCulture) / 1e6,
            Field("/etc/os-release", PrettyName()),
            ((string)(await version.ExecuteScalarAsync(ct))!).Split(' ')[0], brokerVersion, Environment.Version.ToString());
    }

    private static string Field(string file, Regex pattern) => pattern.Match(File.ReadAllText(file)) is { Success: true } m ? m.Groups[1].Value : "unknown";

    [GeneratedRegex(@"model name\s*: (.+)")]
    private static partial Regex CpuModel();

    [GeneratedRegex(@"MemTotal:\s+(\d+)")]
    private static partial Regex TotalMemory();

    [GeneratedRegex("PRETTY_NAME=\"(.+)\"")]
    private static partial Regex PrettyName();
}

internal sealed record Machine(string Date, string Cpu, int Cores, double MemoryGb, string System, string Postgres, string RabbitMq, string DotNet);
