using System.Diagnostics;
using System.Globalization;

namespace EventHistory.Benchmarks;

/// <summary>The RabbitMQ of <c>compose/local/rabbitmq</c>: private, on a free port of this machine, gone with us.</summary>
internal sealed class PrivateBroker : IAsyncDisposable
{
    private const string Ready = "ready ";

    private readonly Process _script;

    private PrivateBroker(Process script, string url, int pid) => (_script, Url, ProcessId) = (script, url, pid);

    public string Url { get; }

    /// <summary>Of the Erlang virtual machine.</summary>
    public int ProcessId { get; }

    public static async Task<PrivateBroker> Start(string folder, CancellationToken ct)
    {
        var script = Process.Start(new ProcessStartInfo(Repository.File("compose/local/rabbitmq"), [folder])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            Environment = { ["STOP_AT_END_OF_INPUT"] = "1" },
        })!;
        while (await script.StandardOutput.ReadLineAsync(ct) is { } line)
        {
            if (line.StartsWith(Ready, StringComparison.Ordinal))
            {
                var pid = int.Parse(await File.ReadAllTextAsync(Path.Combine(folder, "rabbitmq.pid"), ct), CultureInfo.InvariantCulture);
                return new PrivateBroker(script, line[Ready.Length..], pid);
            }
        }
        throw new InvalidOperationException($"RabbitMQ does not start; see {folder}/log");
    }

    public async ValueTask DisposeAsync()
    {
        _script.StandardInput.Close();
        await _script.WaitForExitAsync();
        _script.Dispose();
    }
}
