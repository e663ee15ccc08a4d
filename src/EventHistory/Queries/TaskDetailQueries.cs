using EventHistory.Core.Celery;
using EventHistory.Core.Queries;
using EventHistory.Core.Tasks;
using Npgsql;
using NpgsqlTypes;

namespace EventHistory.Queries;

/// <summary>Everything about one task, in one snapshot.</summary>
internal sealed class TaskDetailQueries(NpgsqlDataSource database)
{
    private const string TaskSql = "select " + TaskRecord.Columns + """
        , t.args, t.kwargs, t.result, t.exception, t.args_truncated, t.kwargs_truncated, t.result_truncated,
        frames.value, t.traceback, t.stamps, t.source_id, t.positions, t.last_position, t.name_id, t.failure_id, t.settled
          from eventhistory.task t
          left join eventhistory.label frames on frames.id = t.frames_id

        """ + TaskRecord.Labels + " where t.key = $1 order by t.settled desc, t.source_id limit 1"; // the latest day first, and no further; of several brokers, the latest

    private const int FirstOwnColumn = TaskRecord.TextColumn + 7;

    /// <returns>Null when no event of a task with this id was recorded.</returns>
    public async Task<TaskDetail?> Find(string id, CancellationToken ct)
    {
        await using var connection = await database.OpenConnectionAsync(ct);
        await using var snapshot = await QuerySnapshot.BeginPrepared(connection, ct);
        if (await Row(connection, TaskId.Parse(id), ct) is not { } row)
            return null;
        var around = await Around(connection, row, ct);
        var (events, eventsComplete, stamps) = await EventQueries.OfTask(connection, row, ct);
        return new TaskDetail
        {
            Task = row.Task,
            Traceback = row.Traceback,
            Failure = around.Failure,
            RuntimeRank = around.Rank,
            Attempts = TaskStory.Attempts(row.Stamps is null ? stamps : await Stamps(connection, row.Stamps, ct)),
            Root = Relation(row.RootKey, row.Task.RootId, around.Related),
            Parent = row.ParentKey == row.Key ? null : Relation(row.ParentKey, row.Task.ParentId, around.Related), // Celery says so of a retry
            Children = [.. around.Children.Take(TaskDetail.MaxChildren)],
            ChildrenComplete = around.Children.Count <= TaskDetail.MaxChildren,
            Events = events,
            EventsComplete = eventsComplete,
        };
    }

    private static async Task<StoredTask?> Row(NpgsqlConnection connection, TaskId id, CancellationToken ct)
    {
        await using var command = Command(connection, TaskSql, new NpgsqlParameter { Value = id.Key });
        await command.PrepareAsync(ct);
        await using var row = await command.ExecuteReaderAsync(ct);
        return await row.ReadAsync(ct)
            ? new StoredTask(id.Key, TaskRecord.Read(row), TaskRecord.Value<Guid>(row, 27), TaskRecord.Value<Guid>(row, 29),
                Traceback.Join(TaskRecord.Text(row, FirstOwnColumn), EventText.Of(TaskRecord.Text(row, FirstOwnColumn + 1))).Text(),
                row.IsDBNull(FirstOwnColumn + 2) ? null : row.GetFieldValue<byte[]>(FirstOwnColumn + 2),
                row.GetInt32(FirstOwnColumn + 3), PositionCodec.Read(row.GetFieldValue<byte[]>(FirstOwnColumn + 4)),
                TaskRecord.Value<long>(row, FirstOwnColumn + 5), TaskRecord.Value<int>(row, FirstOwnColumn + 6), TaskRecord.Value<int>(row, FirstOwnColumn + 7),
                row.GetDateTime(FirstOwnColumn + 8))
            : null;
    }

    private const string LabelsSql = "select id, value from eventhistory.label where id = any($1)";

    private static async Task<IReadOnlyList<Stamp>> Stamps(NpgsqlConnection connection, byte[] stamps, CancellationToken ct)
    {
        await using var command = Command(connection, LabelsSql, new NpgsqlParameter { Value = StampCodec.Labels(stamps).Distinct().ToArray() });
        await using var rows = await command.ExecuteReaderAsync(ct);
        var labels = new Dictionary<int, string>();
        while (await rows.ReadAsync(ct))
            labels[rows.GetInt32(0)] = rows.GetString(1);
        return StampCodec.Read(stamps, number => labels[number]);
    }

    private const string ChildrenSql = """
        select t.key, t.id, name.value, t.state
          from eventhistory.task t left join eventhistory.label name on name.id = t.name_id
         where t.parent_key = $1 and t.key <> $1 and t.source_id = $2 and t.settled >= $4
         order by t.first_seen, t.key
         limit $3
        """;

    private const string RelatedSql = """
        select t.key, t.id, name.value, t.state
          from eventhistory.task t left join eventhistory.label name on name.id = t.name_id
         where t.key = any($1) and t.source_id = $2 and (t.settled = 'infinity' or t.settled between $3 and $4)
        """;

    // relatives end within a day of each other, nearly always
    private static readonly TimeSpan _near = TimeSpan.FromDays(1);

    private const string FailureSql = "select g.fingerprint, g.title from eventhistory.failure_group g where g.source_id = $1 and g.failure_id = $2";

    // all at once: the way to the database takes longer than most of the answers
    private static async Task<Surroundings> Around(NpgsqlConnection connection, StoredTask task, CancellationToken ct)
    {
        var relatives = new[] { task.RootKey, task.ParentKey }.OfType<Guid>().Where(key => key != task.Key).Distinct().ToArray();
        var seen = task.Task.FirstSeen ?? DateTime.UnixEpoch;
        var born = (seen < task.Settled ? seen : task.Settled) - _near; // a child ends later, by whichever clock
        await using var batch = new NpgsqlBatch(connection)
        {
            Timeout = QueryFault.TimeLimit,
            BatchCommands =
            {
                new(ChildrenSql) { Parameters = { new() { Value = task.Key }, new() { Value = task.SourceId }, new() { Value = TaskDetail.MaxChildren + 1 }, Time(born) } },
                Relatives(relatives, task.SourceId, born, task.Settled == DateTime.MaxValue ? task.Settled : task.Settled + _near),
                new(FailureSql) { Parameters = { new() { Value = task.SourceId }, new() { Value = task.FailureId ?? 0 } } },
                RuntimeRanks.Question(task),
            },
        };
        await batch.PrepareAsync(ct);
        await using var rows = await batch.ExecuteReaderAsync(ct);
        var children = await Relations(rows, ct);
        await rows.NextResultAsync(ct);
        var related = await Relations(rows, ct);
        await rows.NextResultAsync(ct);
        var failure = await rows.ReadAsync(ct) ? new TaskFailure(rows.GetGuid(0).ToString("N"), rows.GetString(1)) : null;
        await rows.NextResultAsync(ct);
        var rank = await RuntimeRanks.Read(rows, task, ct);
        await rows.CloseAsync();
        if (relatives.Except(related.Select(r => r.Key)).ToArray() is { Length: > 0 } missing)
            related.AddRange(await Far(connection, missing, task.SourceId, ct));
        related.Add((task.Key, new RelatedTask(task.Task.Id, task.Task.Name, task.Task.State))); // the first one of a workflow is its own root
        return new(children.ConvertAll(child => child.Task), related.ToDictionary(r => r.Key, r => r.Task), failure, rank);
    }

    private static async Task<List<(Guid, RelatedTask)>> Far(NpgsqlConnection connection, Guid[] keys, int source, CancellationToken ct)
    {
        await using var batch = new NpgsqlBatch(connection) { Timeout = QueryFault.TimeLimit, BatchCommands = { Relatives(keys, source, DateTime.MinValue, DateTime.MaxValue) } };
        await batch.PrepareAsync(ct);
        await using var rows = await batch.ExecuteReaderAsync(ct);
        return await Relations(rows, ct);
    }

    private static NpgsqlBatchCommand Relatives(Guid[] keys, int source, DateTime from, DateTime to) => new(RelatedSql)
    {
        Parameters =
        {
            new() { Value = keys },
            new() { Value = source },
            Time(from),
            Time(to),
        },
    };

    private static NpgsqlParameter Time(DateTime at) => new() { Value = at, NpgsqlDbType = NpgsqlDbType.TimestampTz };

    private static RelatedTask? Relation(Guid? key, string? id, Dictionary<Guid, RelatedTask> recorded) =>
        key is null || id is null ? null : recorded.GetValueOrDefault(key.Value, new RelatedTask(id, null, null));

    private static async Task<List<(Guid Key, RelatedTask Task)>> Relations(NpgsqlDataReader rows, CancellationToken ct)
    {
        var tasks = new List<(Guid, RelatedTask)>();
        while (await rows.ReadAsync(ct))
            tasks.Add((rows.GetGuid(0), new RelatedTask(TaskRecord.Id(rows, 0)!, TaskRecord.Text(rows, 2), rows.GetString(3))));
        return tasks;
    }

    private sealed record Surroundings(List<RelatedTask> Children, Dictionary<Guid, RelatedTask> Related, TaskFailure? Failure, RuntimeRank? Rank);

#pragma warning disable CA2100 // the text is a constant above
    private static NpgsqlCommand Command(NpgsqlConnection connection, string sql, params ReadOnlySpan<NpgsqlParameter> parameters)
    {
        var command = new NpgsqlCommand(sql, connection) { CommandTimeout = QueryFault.TimeLimit };
        foreach (var parameter in parameters)
            command.Parameters.Add(parameter);
        return command;
    }
#pragma warning restore CA2100
}

/// <summary>A task's row as far as its detail needs it.</summary>
/// <param name="Stamps">Null: its events tell.</param>
/// <param name="Positions">Of its first 256 events in the log of its source.</param>
/// <param name="LastPosition">Of its last event; null: that is the last of the positions.</param>
/// <param name="NameId">Number of its name.</param>
/// <param name="FailureId">Number of its failure group.</param>
/// <param name="Settled">When it was recorded as finished; the greatest time there is: it is open.</param>
internal sealed record StoredTask(
    Guid Key, TaskView Task, Guid? RootKey, Guid? ParentKey, string? Traceback, byte[]? Stamps, int SourceId, long[] Positions, long? LastPosition,
    int? NameId, int? FailureId, DateTime Settled);
