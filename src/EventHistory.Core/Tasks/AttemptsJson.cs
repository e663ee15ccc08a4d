using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace EventHistory.Core.Tasks;

/// <summary>The attempts of a task for who cannot infer them: the view <c>reporting.attempts</c>.</summary>
public static class AttemptsJson
{
    /// <returns>An array in the order of the attempts.</returns>
    public static string Of(IReadOnlyList<Attempt> attempts)
    {
        var text = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(text))
        {
            json.WriteStartArray();
            foreach (var attempt in attempts)
                Write(json, attempt);
            json.WriteEndArray();
        }
        return Encoding.UTF8.GetString(text.WrittenSpan);
    }

    private static void Write(Utf8JsonWriter json, Attempt attempt)
    {
        json.WriteStartObject();
        json.WriteNumber("number", attempt.Number);
        json.WriteString("state", attempt.State);
        foreach (var (name, time) in ((string, DateTime?)[])
            [("state_at", attempt.StateAt), ("sent", attempt.Sent), ("received", attempt.Received), ("started", attempt.Started), ("ended", attempt.Ended)])
        {
            if (time is { } at)
                json.WriteString(name, at.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture));
        }
        if (attempt.Worker is { } worker)
            json.WriteString("worker", worker);
        if (attempt.Pid is { } pid)
            json.WriteNumber("worker_pid", pid);
        if (attempt.QueueWait is { } queue)
            json.WriteNumber("queue_wait", queue.TotalSeconds);
        if (attempt.WorkerWait is { } wait)
            json.WriteNumber("worker_wait", wait.TotalSeconds);
        json.WriteEndObject();
    }
}
