using System.Globalization;

namespace EventHistory.Tests.Fixtures;

/// <summary>A private RabbitMQ (compose/local/rabbitmq), to kill and to start again: same port, same data.</summary>
public sealed class RabbitMqNode : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Dictionary<string, string?> _environment;
    private Child _script;

    private RabbitMqNode(string settings)
    {
        _environment = new()
        {
            ["STOP_AT_END_OF_INPUT"] = "1",
            ["RABBITMQ_NODE_PORT"] = null,
            ["MORE_SETTINGS"] = settings,
        };
        _script = Launch();
    }

    public string Url { get; private set; } = "";

    /// <param name="settings">Lines to add to its rabbitmq.conf.</param>
    public static async Task<RabbitMqNode> Start(string settings = "")
    {
        var node = new RabbitMqNode(settings);
        try
        {
            await node.Listening();
            return node;
        }
        catch
        {
            await node.DisposeAsync();
            throw;
        }
    }

    /// <summary>What an operator does: <c>rabbitmqctl</c> with these arguments.</summary>
    public async Task Control(params string[] arguments)
    {
        var ports = await File.ReadAllLinesAsync(Path.Combine(_folder.Path, "ports"), TestContext.Current.CancellationToken);
        await using var control = new Child("/usr/lib/rabbitmq/bin/rabbitmqctl", arguments, new Dictionary<string, string?>
        {
            ["HOME"] = Path.Combine(_folder.Path, "home"), // the Erlang cookie lives there
            ["ERL_EPMD_PORT"] = ports.Single(p => p.StartsWith("epmd=", StringComparison.Ordinal))["epmd=".Length..],
            ["RABBITMQ_NODENAME"] = "eventhistory@localhost",
            ["RABBITMQ_CONF_ENV_FILE"] = Path.Combine(_folder.Path, "rabbitmq-env.conf"),
        });
        if (await control.Exited() != 0)
            throw new InvalidOperationException($"rabbitmqctl {string.Join(' ', arguments)} failed: {control.Errors}{control.Output}");
    }

    /// <summary>SIGKILL to the Erlang virtual machine, and waits.</summary>
    public Task Kill()
    {
        Signals.Send(int.Parse(File.ReadAllText(Path.Combine(_folder.Path, "rabbitmq.pid")), CultureInfo.InvariantCulture), Signals.Kill);
        return _script.Exited();
    }

    /// <summary>After <see cref="Kill"/>: starts it again and waits until it and its streams answer.</summary>
    public async Task Restart()
    {
        await _script.DisposeAsync();
        _script = Launch();
        await Listening();
    }

    public async ValueTask DisposeAsync()
    {
        // nothing of it will be wanted again, so it need not stop in order
        if (!_script.HasExited && File.Exists(Path.Combine(_folder.Path, "rabbitmq.pid")))
            await Kill();
        await _script.DisposeAsync();
        _folder.Dispose();
    }

    private Child Launch() => new(Repository.Path("compose", "local", "rabbitmq"), [_folder.Path], _environment);

    private async Task Listening() => Url = await Until.NotNull(() => Task.FromResult(Ready()), "RabbitMQ's start", seconds: 90);

    private string? Ready()
    {
        if (_script.HasExited)
        {
            throw new InvalidOperationException("RabbitMQ did not start (apt-get install rabbitmq-server, or name a running one in "
                + $"{RabbitMq.Variable}): {_script.Errors}{_script.Output}");
        }

        return _script.Output.Split('\n').FirstOrDefault(l => l.StartsWith("ready ", StringComparison.Ordinal))?["ready ".Length..].Trim();
    }
}
