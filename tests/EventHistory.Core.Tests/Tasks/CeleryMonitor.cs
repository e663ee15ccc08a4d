using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using System.Text.Json;
using EventHistory.Core.Celery;

namespace EventHistory.Core.Tests.Tasks;

/// <summary>Debian's <c>celery.events.state</c>, fed with the same events.</summary>
internal static class CeleryMonitor
{
    /// <returns>For each event the task it spoke of as Celery's monitor then shows it; null for events of workers.</returns>
    public static async Task<List<JsonElement?>> Watch(IEnumerable<CeleryEvent> events, CancellationToken ct)
    {
        using var python = Start();
        var complaints = python.StandardError.ReadToEndAsync(ct);
        var feed = Task.Run(async () =>
        {
            foreach (var e in events)
                await python.StandardInput.WriteLineAsync(Encoding.UTF8.GetString(e.Json.Span).AsMemory(), ct);
            python.StandardInput.Close();
        }, ct);
        var answers = new List<JsonElement?>();
        while (await python.StandardOutput.ReadLineAsync(ct) is { } line)
            answers.Add(line == "null" ? null : JsonSerializer.Deserialize<JsonElement>(line));
        await python.WaitForExitAsync(ct);
        Assert.True(python.ExitCode == 0, $"Celery's monitor is needed for this test: sudo apt-get install python3-celery\n{await complaints}");
        await feed;
        return answers;
    }

    private static Process Start()
    {
        var start = new ProcessStartInfo("/usr/bin/python3", [Given.PathOf("Tasks", "celery_state.py")])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["TZ"] = "UTC", ["PYTHONIOENCODING"] = "utf-8:surrogatepass", ["PYTHONDONTWRITEBYTECODE"] = "1" },
        };
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception error)
        {
            throw new InvalidOperationException("Celery's monitor is needed for this test: sudo apt-get install python3-celery", error);
        }
    }
}
