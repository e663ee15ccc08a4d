using System.Text;
using EventHistory.Core.Celery;
using EventHistory.Core.Log;
using Npgsql;

namespace EventHistory.Store;

/// <summary>The table <c>own_event</c>: our own events from the change that they tell of until they are in the log, and where they are there.</summary>
internal static class OwnEventRows
{
    /// <summary>At once: they make a segment of their own.</summary>
    public const int Most = 1000;

    private const int MostBytes = 1_000_000;

    private const string ClaimSql = "update eventhistory.own_event set source_id = $1 where source_id is null";

    private const string WaitingSql = "select w.id, w.body::text from eventhistory.own_event w where w.source_id = $1 order by w.id limit $2";

    /// <summary>Those that wait for the recorder of a source; what belongs to none is its from now on.</summary>
    public static async Task<List<OwnEvent>> Waiting(NpgsqlDataSource database, int source, CancellationToken ct)
    {
        await using var batch = database.CreateBatch();
        batch.BatchCommands.Add(new(ClaimSql) { Parameters = { new() { Value = source } } });
        batch.BatchCommands.Add(new(WaitingSql) { Parameters = { new() { Value = source }, new() { Value = Most } } });
        await using var rows = await batch.ExecuteReaderAsync(ct);
        var (waiting, bytes) = (new List<OwnEvent>(), 0);
        while (await rows.ReadAsync(ct) && bytes < MostBytes)
        {
            var read = new List<CeleryEvent>(1);
            EventDecoder.Decode(Encoding.UTF8.GetBytes(rows.GetString(1)), read);
            if (read is not [var e])
                continue; // only a hand can have written what we cannot read; it stays there
            waiting.Add(new OwnEvent(rows.GetInt64(0), e));
            bytes += e.Json.Length;
        }
        return waiting;
    }

    private const string TakeSql = "delete from eventhistory.own_event where id = any($1)";

    /// <summary>For the transaction that puts them into the log: it may only go through if all of them were still there.</summary>
    public static NpgsqlBatchCommand Take(IReadOnlyCollection<OwnEvent> events) => new(TakeSql) { Parameters = { new() { Value = events.Select(e => e.Id).ToArray() } } };

    private const string PlaceSql = """
        insert into eventhistory.own_event_place (source_id, task_key, position) select $1, t.key, t.position from unnest($2::uuid[], $3::bigint[]) t(key, position)
        """;

    /// <summary>Notes which of them are about a task, and where in the log.</summary>
    public static NpgsqlBatchCommand Place(int source, IReadOnlyList<OwnEvent> events, EventPositions positions)
    {
        var about = events.Select((own, i) => (Task: OwnEvents.Task(own.Event), Position: positions[i])).Where(own => own.Task is not null).ToList();
        return new(PlaceSql)
        {
            Parameters =
            {
                new() { Value = source },
                new() { Value = about.ConvertAll(own => own.Task!.Value.Key).ToArray() },
                new() { Value = about.ConvertAll(own => own.Position).ToArray() },
            },
        };
    }

    private const string PlacesSql = "select p.position from eventhistory.own_event_place p where p.source_id = $1 and p.task_key = any($2)";

    /// <summary>Where in the log those about some tasks are.</summary>
    public static async Task<List<long>> Places(NpgsqlConnection connection, int source, Guid[] tasks, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(PlacesSql, connection) { Parameters = { new() { Value = source }, new() { Value = tasks } } };
        await using var rows = await command.ExecuteReaderAsync(ct);
        var places = new List<long>();
        while (await rows.ReadAsync(ct))
            places.Add(rows.GetInt64(0));
        return places;
    }

    private const string ForgetSql = """
        with waiting as (
            delete from eventhistory.own_event where source_id = $1 and eventhistory.task_key(body ->> 'task') = any($2)
        )
        delete from eventhistory.own_event_place where source_id = $1 and task_key = any($2)
        """;

    /// <summary>Those about some tasks are not to come into the log any more, and those in it are gone.</summary>
    public static NpgsqlBatchCommand Forget(int source, Guid[] tasks) => new(ForgetSql) { Parameters = { new() { Value = source }, new() { Value = tasks } } };
}

/// <param name="Id">Of its row.</param>
internal sealed record OwnEvent(long Id, CeleryEvent Event);
