using System.Diagnostics;
using System.Text;

namespace EventHistory.Benchmarks;

/// <summary>The real <c>eventhistory serve</c>, as a process of its own.</summary>
internal sealed class Recorder : IAsyncDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _said = new();

    private Recorder(Process process) => _process = process;

    public int ProcessId => _process.Id;

    public string Said
    {
        get
        {
            lock (_said)
                return _said.ToString();
        }
    }

    public static Recorder Start(string broker, string database)
    {
        var process = Process.Start(new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "eventhistory"),
            ["serve", "--broker", broker, "--database", database, "--port", "0"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var recorder = new Recorder(process);
        process.OutputDataReceived += recorder.Hear;
        process.ErrorDataReceived += recorder.Hear;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return recorder;
    }

    public bool HasExited => _process.HasExited;

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            using var kill = Process.Start("kill", ["-TERM", $"{_process.Id}"]);
            await _process.WaitForExitAsync();
        }
        _process.Dispose();
    }

    private void Hear(object sender, DataReceivedEventArgs line)
    {
        lock (_said)
            _said.AppendLine(line.Data);
    }
}
