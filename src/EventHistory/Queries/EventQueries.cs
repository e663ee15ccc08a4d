using System.Text;
using EventHistory.Core.Celery;
using EventHistory.Core.Queries;
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
        select e.position, e.recorded_at, e.body::text from eventhistory.task_events($1) e order by e.position limit $2
        """;

    // each segment is opened once, however many of the events it holds
    private const string RememberedSql = """
        select e.position, s.recorded_at, e.body
          from (select distinct s.first_position, s.recorded_at
                  from unnest($2::bigint[]) wanted(position)
                 cross join lateral (
                       select s.first_position, s.recorded_at from eventhistory.event_segment s
                        where s.source_id = $1 and s.first_position <= wanted.position
                        order by s.first_position desc limit 1) s) s
          join eventhistory.event_segment body
            on body.source_id = $1 and body.first_position = s.first_position and body.recorded_at = s.recorded_at
         cross join lateral (
               select body.first_position + e.ordinality - 1 as position, e.value::text as body
                 from json_array_elements(body.body::json) with ordinality e) e
         where e.position = any($2)
         order by e.position
         limit $3
        """;

    /// <summary>A task's events in the order they were recorded, and whether that is all of them.</summary>
    public static async Task<(IReadOnlyList<EventView> Events, bool Complete)> OfTask(NpgsqlConnection connection, StoredTask task, CancellationToken ct)
    {
        var searched = task.Task.EventCount > task.Positions.Length ? task.LastPosition - task.Positions.LastOrDefault() : 0;
        await using var command = searched is > 0 and <= MaxSearched ? All(connection, task) : Remembered(connection, task);
        await using var rows = await command.ExecuteReaderAsync(ct);
        var events = new List<EventView>();
        long text = 0;
        while (text <= MaxText && await rows.ReadAsync(ct))
        {
            var body = rows.GetString(2);
            text += body.Length;
            events.Add(View(rows.GetInt64(0), rows.GetDateTime(1), body));
        }
        return (events, events.Count == task.Task.EventCount);
    }

    private static NpgsqlCommand All(NpgsqlConnection connection, StoredTask task) => new(AllSql, connection)
    {
        CommandTimeout = QueryFault.TimeLimit,
        Parameters = { new() { Value = task.Task.Id }, new() { Value = TaskDetail.MaxEvents } },
    };

    private static NpgsqlCommand Remembered(NpgsqlConnection connection, StoredTask task) => new(RememberedSql, connection)
    {
        CommandTimeout = QueryFault.TimeLimit,
        Parameters =
        {
            new() { Value = task.SourceId },
            new() { Value = task.Positions.Append(task.LastPosition).Distinct().ToArray() },
            new() { Value = TaskDetail.MaxEvents },
        },
    };

    private static EventView View(long position, DateTime recordedAt, string body)
    {
        var decoded = new List<CeleryEvent>(1);
        EventDecoder.Decode(Encoding.UTF8.GetBytes(body), decoded);
        return new EventView(position, recordedAt, decoded[0].At, decoded[0].Type, decoded[0].Hostname, body);
    }
}
