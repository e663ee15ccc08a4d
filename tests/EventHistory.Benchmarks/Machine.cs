using System.Globalization;
using System.Text.RegularExpressions;
using Npgsql;

namespace EventHistory.Benchmarks;

/// <summary>Where and when something was measured: ratios mean something elsewhere, absolutes hardly.</summary>
internal sealed partial record Machine(string Date, string Cpu, int Cores, double MemoryGb, string System, string Postgres, string RabbitMq, string DotNet)
{
    private const string VersionSql = "show server_version";

    public static async Task<Machine> This(string database, string brokerVersion, CancellationToken ct)
    {
        await using var source = NpgsqlDataSource.Create(database);
        return new Machine(
            DateTime.UtcNow.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
            Field("/proc/cpuinfo", CpuModel()), Environment.ProcessorCount,
            Math.Round(long.Parse(Field("/proc/meminfo", TotalMemory()), CultureInfo.InvariantCulture) / 1e6),
            Field("/etc/os-release", PrettyName()),
            (await source.Scalar<string>(VersionSql, ct)).Split(' ')[0], brokerVersion, Environment.Version.ToString());
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{Date} · {Cpu}, {Cores} cores, {MemoryGb} GB · {System} · PostgreSQL {Postgres} · RabbitMQ {RabbitMq} · .NET {DotNet}");

    private static string Field(string file, Regex pattern) => pattern.Match(File.ReadAllText(file)) is { Success: true } m ? m.Groups[1].Value : "unknown";

    [GeneratedRegex(@"model name\s*: (.+)")]
    private static partial Regex CpuModel();

    [GeneratedRegex(@"MemTotal:\s+(\d+)")]
    private static partial Regex TotalMemory();

    [GeneratedRegex("PRETTY_NAME=\"(.+)\"")]
    private static partial Regex PrettyName();
}
