using System.Text.Json;

namespace EventHistory.Core.Celery;

/// <summary>
/// Events that nobody sent: what we found and what operators did (docs/log.md lists them). They are in the log like all others, and no fold
/// knows them: their kind is <see cref="EventKind.Other"/>, and the task that one may be about is not its <c>uuid</c>.
/// </summary>
public static class OwnEvents
{
    private const string Prefix = "eventhistory-";

    /// <returns>The task it is about; null: about none, or it is not one of ours.</returns>
    public static TaskId? Task(CeleryEvent e)
    {
        if (e.Kind != EventKind.Other || !e.Type.StartsWith(Prefix, StringComparison.Ordinal))
            return null;
        using var json = JsonDocument.Parse(e.Json, new JsonDocumentOptions { MaxDepth = EventDecoder.MaxDepth });
        return json.RootElement.TryGetProperty("task", out var task) && task.ValueKind == JsonValueKind.String ? TaskId.Parse(task.GetString()!) : null;
    }
}
