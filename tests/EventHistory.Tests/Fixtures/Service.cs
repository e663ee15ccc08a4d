using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;

namespace EventHistory.Tests.Fixtures;

/// <summary>The real program as a process of its own, on a free port.</summary>
public sealed partial class Service : IAsyncDisposable
{
    private readonly Child _process;
    private Uri? _url;

    private Service(Child process) => _process = process;

    public int ProcessId => _process.Id;

    public bool HasExited => _process.HasExited;

    public string Output => _process.Output;

    public string Errors => _process.Errors;

    /// <summary>Where it answers; after <see cref="Listening"/>.</summary>
    public Uri Url => _url ?? throw new InvalidOperationException("It has not said yet where it listens: await Listening() first.");

    /// <summary>A client whose addresses are relative to <see cref="Url"/>.</summary>
    public HttpClient Http { get; } = new();

    public long ResidentBytes => Resident().Match(File.ReadAllText($"/proc/{ProcessId}/status")) is { Success: true } found
        ? long.Parse(found.Groups[1].Value, CultureInfo.InvariantCulture) * 1024
        : 0;

    /// <summary>Starts <c>eventhistory</c> with these arguments; the EVENTHISTORY_ variables of whoever runs the tests do not count.</summary>
    public static Service Start(string[] arguments, IReadOnlyDictionary<string, string?>? environment = null)
    {
        var variables = Environment.GetEnvironmentVariables().Keys.Cast<string>()
            .Where(v => v.StartsWith("EVENTHISTORY", StringComparison.OrdinalIgnoreCase))
            .ToDictionary(v => v, _ => (string?)null);
        foreach (var (name, value) in environment ?? new Dictionary<string, string?>())
            variables[name] = value;
        var program = Path.Combine(AppContext.BaseDirectory, "eventhistory.dll");
        return new Service(new Child("dotnet", [program, .. arguments], variables));
    }

    /// <summary><c>serve</c> on a free port of this machine.</summary>
    public static Service Serve(string broker, string database, params string[] more) =>
        Start(["serve", "--port", "0", "--broker", broker, "--database", database, .. more]);

    /// <summary>Waits until it listens.</summary>
    public async Task<Service> Listening()
    {
        var url = await Until.NotNull(() => Task.FromResult(Said() ?? (_process.HasExited ? throw Ended() : null)), "a line \"Serving on …\"");
        Http.BaseAddress ??= _url = new Uri(url);
        return this;
    }

    /// <summary>Waits until it listens and <c>/readyz</c> says that it records.</summary>
    public async Task<Service> Ready(int seconds = 60)
    {
        await Listening();
        await Until.True(IsReady, $"/readyz of {Url}", seconds);
        return this;
    }

    /// <summary>SIGTERM, and waits.</summary>
    /// <returns>The exit code.</returns>
    public Task<int> Terminate()
    {
        _process.Signal(Signals.Terminate);
        return Exited();
    }

    /// <summary>SIGKILL, and waits.</summary>
    public Task Kill()
    {
        _process.Signal(Signals.Kill);
        return Exited();
    }

    /// <summary>Waits until it has ended by itself.</summary>
    /// <returns>The exit code.</returns>
    public Task<int> Exited() => _process.Exited();

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _process.DisposeAsync();
    }

    private async Task<bool> IsReady()
    {
        if (_process.HasExited)
            throw Ended();
        try
        {
            using var answer = await Http.GetAsync(new Uri("/readyz", UriKind.Relative), TestContext.Current.CancellationToken);
            return answer.StatusCode == HttpStatusCode.OK;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private string? Said() => Serving().Match(Output) is { Success: true } line ? line.Groups[1].Value : null;

    private InvalidOperationException Ended() => new($"eventhistory has ended. It said:\n{Output}{Errors}");

    [GeneratedRegex(@"Serving on (http://\S+)")]
    private static partial Regex Serving();

    [GeneratedRegex(@"VmRSS:\s+(\d+) kB")]
    private static partial Regex Resident();
}
