using System.Text;
using EventHistory.Core.Celery;
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

    private const string RememberedSql = """
        select e.position, e.recorded_at, e.body::text from eventhistory.events_at($1, $2) e order by e.position limit $3
        """;

    /// <summary>A task's events in the order they were recorded, whether that is all of them, and their stamps.</summary>
    public static async Task<(IReadOnlyList<EventView> Events, bool Complete, StampSet Stamps)> OfTask(NpgsqlConnection connection, StoredTask task, CancellationToken ct)
    {
        var searched = task.LastPosition is { } last ? last - task.Positions[^1] : 0;
        await using var command = searched is > 0 and <= MaxSearched ? All(connection, task) : Remembered(connection, task);
        await command.PrepareAsync(ct);
        await using var rows = await command.ExecuteReaderAsync(ct);
        var events = new List<EventView>();
        var stamps = new StampSet();
        long text = 0;
        while (text <= MaxText && await rows.ReadAsync(ct))
        {
            var body = rows.GetString(2);
            text += body.Length;
            events.Add(View(rows.GetInt64(0), rows.GetDateTime(1), body, stamps));
        }
        return (events, events.Count == task.Task.EventCount, stamps);
    }

    private static NpgsqlCommand All(NpgsqlConnection connection, StoredTask task) => new(AllSql, connection)
    {
        CommandTimeout = QueryFault.TimeLimit,
        Parameters = { new() { Value = task.Task.Id }, new() { Value = task.SourceId }, new() { Value = TaskDetail.MaxEvents } },
    };

    private static NpgsqlCommand Remembered(NpgsqlConnection connection, StoredTask task) => new(RememberedSql, connection)
    {
        CommandTimeout = QueryFault.TimeLimit,
        Parameters =
        {
            new() { Value = task.SourceId },
            new() { Value = task.LastPosition is { } last ? [.. task.Positions, last] : task.Positions },
            new() { Value = TaskDetail.MaxEvents },
        },
    };

    private static EventView View(long position, DateTime recordedAt, string body, StampSet stamps)
    {
        var decoded = new List<CeleryEvent>(1);
        EventDecoder.Decode(Encoding.UTF8.GetBytes(body), decoded);
        if (Stamp.Of(decoded[0]) is { } stamp)
            stamps.Add(stamp);
        return EventView.Of(position, recordedAt, decoded[0]);
    }
}
