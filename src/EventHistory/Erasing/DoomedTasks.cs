using EventHistory.Core.Celery;
using EventHistory.Core.Rollups;
using EventHistory.Core.Tasks;
using EventHistory.Projections;
using EventHistory.Store;
using Npgsql;

namespace EventHistory.Erasing;

/// <summary>Tasks of a source that are about to be erased: their rows, and where in the log their events are.</summary>
internal sealed class DoomedTasks
{
    private readonly HashSet<Guid> _keys;

    private DoomedTasks(int source, IEnumerable<Guid> keys) => (Source, _keys) = (source, [.. keys]);

    public int Source { get; }

    /// <summary>As the rows tell them, and what the log knows beyond these.</summary>
    public Dictionary<Guid, TaskFold> Folds { get; } = [];

    public List<DoomedRow> Rows { get; private set; } = [];

    /// <summary>What their rows count for in rollups.</summary>
    public List<Outcome> Counted { get; } = [];

    /// <summary>Where the segments begin that have events of them.</summary>
    public SortedSet<long> Segments { get; } = [];

    /// <summary>All events before this position were found.</summary>
    public long FoundUpTo { get; private set; }

    /// <returns>The one of them that it belongs to, or is about.</returns>
    public Guid? Of(CeleryEvent e) => (e.Kind.IsTask() ? e.TaskId : OwnEvents.Task(e)) is { } task && _keys.Contains(task.Key) ? task.Key : null;

    /// <param name="session">Its open transaction holds the <see cref="SegmentLock"/>, so that segments stay where they are.</param>
    public static async Task<DoomedTasks> Find(NpgsqlConnection session, LogReader log, LogSource source, Guid[] keys, Labels labels, CancellationToken ct)
    {
        var tasks = new DoomedTasks(source.Id, keys) { Rows = await DoomedRow.Read(session, source.Id, keys, ct), FoundUpTo = source.Reflected };
        foreach (var (fold, _) in await TaskTable.Load(session, log, source.Id, keys, labels, ct))
        {
            tasks.Folds.Add(fold.Id.Key, fold);
            if (new TaskRow(fold).Outcome(labels) is { } outcome)
                tasks.Counted.Add(outcome);
        }
        foreach (var row in tasks.Rows.Where(row => row.IsLong))
            tasks.FoundUpTo = Math.Min(tasks.FoundUpTo, row.Positions[^1] + 1); // behind the positions that it lists
        await tasks.FindSegments(session, [.. tasks.Rows.SelectMany(row => row.Positions)], ct);
        await tasks.FindOwn(session, ct);
        await tasks.FindLater(log, source.Next, ct);
        return tasks;
    }

    private const string SegmentsSql = """
        select distinct holds.first_position
          from unnest($2::bigint[]) wanted(at)
         cross join lateral (
               select s.first_position from eventhistory.event_segment s
                where s.source_id = $1 and s.first_position <= wanted.at order by s.first_position desc limit 1) holds
        """;

    /// <summary>Looks for our own events about them.</summary>
    public async Task FindOwn(NpgsqlConnection session, CancellationToken ct) =>
        await FindSegments(session, [.. await OwnEventRows.Places(session, Source, [.. _keys], ct)], ct);

    private async Task FindSegments(NpgsqlConnection session, long[] positions, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(SegmentsSql, session)
        {
            CommandTimeout = 0,
            Parameters = { new() { Value = Source }, new() { Value = positions } },
        };
        await using var rows = await command.ExecuteReaderAsync(ct);
        while (await rows.ReadAsync(ct))
            Segments.Add(rows.GetInt64(0));
    }

    /// <summary>Looks through the log for what rows need not show, or do not list.</summary>
    /// <param name="end">The position behind the last one.</param>
    public async Task FindLater(LogReader log, long end, CancellationToken ct)
    {
        if (FoundUpTo >= end)
            return;
        var events = new List<CeleryEvent>();
        await foreach (var segment in log.Read(Source, FoundUpTo, end - 1, ct))
        {
            events.Clear();
            EventDecoder.Decode(segment.Body, events);
            foreach (var part in segment.NewEvents())
            {
                for (var i = 0; i < part.Count; i++)
                {
                    if (!events[part.Index + i].Kind.IsTask() || Of(events[part.Index + i]) is null)
                        continue;
                    Segments.Add(segment.FirstPosition);
                    Fold(events[part.Index + i], part.Positions[i], part.RecordedAt);
                }
            }
        }
        FoundUpTo = end;
    }

    private void Fold(CeleryEvent e, long position, DateTime recordedAt)
    {
        var id = e.TaskId!.Value;
        if (!Folds.TryGetValue(id.Key, out var fold))
            Folds.Add(id.Key, fold = new TaskFold(id));
        fold.Apply(e, position, recordedAt);
        fold.Content.Detach(); // the segment's memory is used for the next one
    }

    /// <returns>False: something late came in since they were read.</returns>
    public async Task<bool> AreAsTheyWere(NpgsqlConnection session, CancellationToken ct)
    {
        var now = await DoomedRow.Read(session, Source, [.. _keys], ct);
        return now.Select(row => (row.Key, row.Settled, row.EventCount)).ToHashSet().SetEquals(Rows.Select(row => (row.Key, row.Settled, row.EventCount)));
    }
}

/// <summary>The row of a task that is about to be erased.</summary>
/// <param name="Settled">Which partition it lies in.</param>
/// <param name="Positions">Those that it lists.</param>
/// <param name="Partition">Its name as the database quotes it.</param>
internal sealed record DoomedRow(Guid Key, DateTime Settled, int EventCount, long[] Positions, string Partition)
{
    public bool IsLong => EventCount > Positions.Length;

    private const string RowsSql = """
        select t.key, t.settled, t.event_count, t.positions, format('eventhistory.%I', c.relname)
          from eventhistory.task t join pg_class c on c.oid = t.tableoid where t.key = any($1) and t.source_id = $2
        """;

    public static async Task<List<DoomedRow>> Read(NpgsqlConnection session, int source, Guid[] keys, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(RowsSql, session) { Parameters = { new() { Value = keys }, new() { Value = source } } };
        await using var rows = await command.ExecuteReaderAsync(ct);
        var found = new List<DoomedRow>();
        while (await rows.ReadAsync(ct))
            found.Add(new DoomedRow(rows.GetGuid(0), rows.GetDateTime(1), rows.GetInt32(2), PositionCodec.Read(rows.GetFieldValue<byte[]>(3)), rows.GetString(4)));
        return found;
    }
}
