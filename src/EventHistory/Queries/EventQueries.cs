using System.Runtime.CompilerServices;
using System.Text;
using EventHistory.Core.Queries;
using EventHistory.Core.Tasks;
using Npgsql;

namespace EventHistory.Queries;

/// <summary>Questions to the log. Bodies are read as text: they may hold escapes that PostgreSQL cannot unescape.</summary>
internal static class EventQueries
{
    /// <summary>
    /// A task remembers where its first 256 events are; those behind are searched for, unless they are spread over more
    /// of the log than this.
    /// </summary>
    private const long MaxSearched = 200_000;

    /// <summary>Bodies of one answer, in characters, beyond which no further event is added: one event may be 16 MB.</summary>
    private const long MaxText = 16_000_000;

    private const string AllSql = """
        select e.position, e.recorded_at, e.body::text from eventhistory.task_events($1) e where e.source_id = $2 order by e.position limit $3
        """;

    /// <summary>A task's events in the order they were recorded, whether that is all of them, and their stamps.</summary>
    public static async Task<(IReadOnlyList<EventView> Events, bool Complete, StampSet Stamps)> OfTask(NpgsqlConnection connection, StoredTask task, CancellationToken ct)
    {
        var (events, stamps) = (new List<EventView>(), new StampSet());
        long text = 0;
        await foreach (var e in Recorded(connection, task, ct))
        {
            if (Stamp.Of(e.Event) is { } stamp)
                stamps.Add(stamp);
            events.Add(EventView.Of(e.Position, e.RecordedAt, e.Event));
            text += events[^1].Body.Length;
            if (text > MaxText)
                break;
        }
        return (events, events.Count == task.Task.EventCount, stamps);
    }

    private static IAsyncEnumerable<RecordedEvent> Recorded(NpgsqlConnection connection, StoredTask task, CancellationToken ct)
    {
        if (task.LastPosition is not { } last || last == task.Positions[^1])
            return RememberedEvents.At(connection, task.SourceId, task.Positions, ct);
        return last - task.Positions[^1] <= MaxSearched ? All(connection, task, ct) : RememberedEvents.At(connection, task.SourceId, [.. task.Positions, last], ct);
    }

    private static async IAsyncEnumerable<RecordedEvent> All(NpgsqlConnection connection, StoredTask task, [EnumeratorCancellation] CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(AllSql, connection)
        {
            CommandTimeout = QueryFault.TimeLimit,
            Parameters = { new() { Value = task.Task.Id }, new() { Value = task.SourceId }, new() { Value = TaskDetail.MaxEvents } },
        };
        await command.PrepareAsync(ct);
        await using var rows = await command.ExecuteReaderAsync(ct);
        while (await rows.ReadAsync(ct))
            yield return RecordedEvent.Of(rows.GetInt64(0), rows.GetDateTime(1), Encoding.UTF8.GetBytes(rows.GetString(2)));
    }
}
