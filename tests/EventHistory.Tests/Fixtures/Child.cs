using System.Diagnostics;
using System.Text;

namespace EventHistory.Tests.Fixtures;

/// <summary>A process that a test started: what it says is kept, and it does not outlive the test.</summary>
internal sealed class Child : IAsyncDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly StringBuilder _errors = new();
    private readonly Task _read;

    public Child(string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string?> environment)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true, // left open: the scripts of compose/ end when it closes, even if the test run is killed
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Repository.Root,
        };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        _process = Process.Start(start)!;
        _read = Task.WhenAll(Keep(_process.StandardOutput, _output), Keep(_process.StandardError, _errors));
    }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <summary>What came on stdout so far.</summary>
    public string Output => Read(_output);

    /// <summary>What came on stderr so far.</summary>
    public string Errors => Read(_errors);

    public void Signal(int signal) => Signals.Send(Id, signal);

    /// <summary>Waits for the end, and for the last word.</summary>
    public async Task<int> Exited()
    {
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken);
        await _read.WaitAsync(TimeSpan.FromSeconds(5)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // grandchildren may hold the pipe
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            Signal(Signals.Terminate);
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
            await _process.WaitForExitAsync(patience.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        _process.Dispose();
    }

    private static async Task Keep(StreamReader reader, StringBuilder kept)
    {
        while (await reader.ReadLineAsync() is { } line)
        {
            lock (kept)
                kept.AppendLine(line);
        }
    }

    private static string Read(StringBuilder kept)
    {
        lock (kept)
            return kept.ToString();
    }
}
