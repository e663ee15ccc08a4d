using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;

namespace EventHistory.Benchmarks;

/// <summary>The real <c>eventhistory</c>, as a process of its own.</summary>
internal sealed partial class Recorder : IAsyncDisposable
{
    private const string Recording = "[200] "; // the number of this sentence in the log, see IngestLog

    private readonly Process _process;
    private readonly long _started = Stopwatch.GetTimestamp();
    private readonly TaskCompletionSource<TimeSpan> _recording = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly StringBuilder _said = new();

    private Recorder(Process process) => _process = process;

    public int ProcessId => _process.Id;

    public bool HasExited => _process.HasExited;

    public int ExitCode => _process.ExitCode;

    /// <summary>Since the process was started.</summary>
    public TimeSpan Age => Stopwatch.GetElapsedTime(_started);

    /// <summary>The most memory it has had in use so far, bytes; the last known one after its end.</summary>
    public long PeakMemory { get; private set; }

    /// <summary>Of its API.</summary>
    public Uri Address => new(AddressIn().Match(Said).Value);

    public string Said
    {
        get
        {
            lock (_said)
                return _said.ToString();
        }
    }

    /// <summary><c>eventhistory serve</c> between a stream and a database.</summary>
    public static Recorder Serve(Bench bench, string stream, params string[] where) =>
        Start(bench, ["serve", "--broker", bench.Broker.Url, "--port", "0", .. where], new()
        {
            ["EventHistory__Exchange"] = stream,
            ["EventHistory__Stream__Name"] = stream,
            ["EventHistory__Retention__MaxTasks"] = "0", // what is measured is not to be pruned meanwhile
        });

    public static Recorder Start(Bench bench, string[] arguments, Dictionary<string, string>? variables = null)
    {
        var start = new ProcessStartInfo(bench.Options.Program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in variables ?? [])
            start.Environment[name] = value;
        var recorder = new Recorder(Process.Start(start)!);
        recorder._process.OutputDataReceived += recorder.Hear;
        recorder._process.ErrorDataReceived += recorder.Hear;
        recorder._process.BeginOutputReadLine();
        recorder._process.BeginErrorReadLine();
        return recorder;
    }

    /// <summary>Waits until it says that it records.</summary>
    /// <returns>How long that took from its start.</returns>
    public Task<TimeSpan> Records(CancellationToken ct) => _recording.Task.WaitAsync(TimeSpan.FromMinutes(5), ct);

    /// <summary>To be called now and then: after the process has ended nobody knows what it had in use.</summary>
    public void LookAtMemory() => PeakMemory = Math.Max(PeakMemory, ProcessCost.PeakMemory(ProcessId));

    /// <summary>SIGTERM, and waits.</summary>
    public Task Terminate() => Signal("-TERM");

    /// <summary>SIGKILL, and waits.</summary>
    public Task Kill() => Signal("-KILL");

    public Task Exited(CancellationToken ct) => _process.WaitForExitAsync(ct);

    /// <exception cref="InvalidOperationException">It has ended.</exception>
    public void MustLive()
    {
        if (HasExited)
            throw new InvalidOperationException($"eventhistory has ended. It said:\n{Said}");
    }

    public async ValueTask DisposeAsync()
    {
        await Terminate();
        _process.Dispose();
    }

    private async Task Signal(string signal)
    {
        if (_process.HasExited)
            return;
        using var kill = Process.Start("kill", [signal, $"{_process.Id}"]);
        await _process.WaitForExitAsync();
    }

    [GeneratedRegex(@"http://127\.0\.0\.1:[0-9]+")]
    private static partial Regex AddressIn();

    private void Hear(object sender, DataReceivedEventArgs line)
    {
        lock (_said)
            _said.AppendLine(line.Data);
        if (line.Data?.Contains(Recording, StringComparison.Ordinal) == true)
            _recording.TrySetResult(Age);
    }
}
