using System.Diagnostics;
using System.Globalization;
using System.Text;
using EventHistory.Ingest;
using EventHistory.Settings;
using RabbitMQ.Client;

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
        try
        {
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
        catch
        {
            await Stop(script);
            throw;
        }
    }

    public async Task<string> Version(CancellationToken ct)
    {
        await using var connection = await Connect(ct);
        return connection.ServerProperties?["version"] is byte[] text ? Encoding.UTF8.GetString(text) : "unknown";
    }

    public Task<IConnection> Connect(CancellationToken ct) => new ConnectionFactory { Uri = new Uri(Url) }.CreateConnectionAsync(ct);

    /// <summary>Declares an exchange and a stream as EventHistory does.</summary>
    /// <returns>The name of both.</returns>
    public async Task<string> NewStream(CancellationToken ct)
    {
        var name = $"bench-{Guid.NewGuid():N}";
        var settings = new EventHistorySettings { Broker = Url, Exchange = name, Stream = new() { Name = name } };
        await using (await BrokerConnection.Open(settings, ct))
            return name;
    }

    /// <summary>Gives its disk space back.</summary>
    public async Task Delete(string stream)
    {
        await using var connection = await Connect(CancellationToken.None);
        await using var channel = await connection.CreateChannelAsync();
        await channel.QueueDeleteAsync(stream);
        await channel.ExchangeDeleteAsync(stream);
    }

    public async ValueTask DisposeAsync() => await Stop(_script);

    private static async Task Stop(Process script)
    {
        script.StandardInput.Close();
        await script.WaitForExitAsync();
        script.Dispose();
    }
}
