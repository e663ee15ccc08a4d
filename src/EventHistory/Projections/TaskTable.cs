using EventHistory.Core.Celery;
using EventHistory.Core.Tasks;
using EventHistory.Store;
using Npgsql;

namespace EventHistory.Projections;

/// <summary>
/// The table <c>task</c>: folds into rows and back. A row that changes is deleted and written anew as a whole, in the same transaction.
/// The row of a finished task keeps only what is asked for often; when something late comes in, its events are folded again.
/// </summary>
internal static class TaskTable
{
    private const int Columns = 51;

    // Add knows this order, and Read the first part of it: the state of a fold, and its content.
    private const string ColumnsSql = """
        settled, source_id, key, id, first_seen, retries, event_count, last_position, positions, stamps,
        name_id, client_id, queue_id, exchange_id, routing_key_id, frames_id,
        args, kwargs, eta, expires, root_key, root_id, parent_key, parent_id, result, runtime, exception, traceback, terminated, expired, signal,
        state, state_at, worker_id, worker_pid, clock, sent, received, started, succeeded, failed, retried, revoked, rejected,
        queue_wait, worker_wait, args_truncated, kwargs_truncated, result_truncated, failure_id, attempts
        """;

    public const string CopySql = $"copy task ({ColumnsSql}) from stdin (format binary)";

    public static void Add(CopyBuffer rows, int sourceId, TaskRow row, Labels labels)
    {
        var fold = row.Fold;
        var content = fold.Content;
        var traceback = Traceback.Of(content.Traceback);
        var listed = fold.EventCount == fold.Positions.Count;
        rows.Row(Columns);
        rows.Add(row.Settled);
        rows.Add(sourceId);
        rows.Add(fold.Id.Key);
        rows.Add(fold.Id.OddText);
        rows.Add(row.FirstSeen);
        rows.Add(fold.Retries);
        rows.Add(fold.EventCount);
        rows.Add(listed ? null : fold.LastPosition);
        rows.Add(fold.Positions, static (positions, to) => PositionCodec.Write(positions, to));
        if (row.IsFinal && listed)
            rows.AddNull(); // seldom asked for, and a third of a row: its events tell
        else
            rows.Add((fold.Stamps, labels), static (state, to) => StampCodec.Write(state.Stamps, state.labels.Number, to));
        rows.Add(labels.Find(content.Name));
        rows.Add(labels.Find(content.Client));
        rows.Add(labels.Find(content.Queue));
        rows.Add(labels.Find(content.Exchange));
        rows.Add(labels.Find(content.RoutingKey));
        rows.Add(labels.Find(traceback.Frames));
        rows.Add(content.Args);
        rows.Add(content.Kwargs);
        rows.Add(content.Eta);
        rows.Add(content.Expires);
        rows.Add(content.Root?.Key);
        rows.Add(content.Root?.OddText);
        rows.Add(content.Parent?.Key);
        rows.Add(content.Parent?.OddText);
        rows.Add(content.Result);
        rows.Add(content.Runtime);
        rows.Add(content.Exception);
        rows.Add(traceback.End);
        rows.Add(content.Terminated);
        rows.Add(content.Expired);
        rows.Add(content.Signal);
        rows.Add(row.State);
        rows.Add(row.StateAt);
        rows.Add(labels.Find(row.Worker));
        rows.Add(row.WorkerPid);
        rows.Add(row.Clock);
        rows.Add(row.Latest(EventKind.TaskSent));
        rows.Add(row.Latest(EventKind.TaskReceived));
        rows.Add(row.Latest(EventKind.TaskStarted));
        rows.Add(row.Latest(EventKind.TaskSucceeded));
        rows.Add(row.Latest(EventKind.TaskFailed));
        rows.Add(row.Latest(EventKind.TaskRetried));
        rows.Add(row.Latest(EventKind.TaskRevoked));
        rows.Add(row.Latest(EventKind.TaskRejected));
        rows.Add((float?)row.QueueWait);
        rows.Add((float?)row.WorkerWait);
        rows.Add(PythonRepr.IsTruncated(content.Args));
        rows.Add(PythonRepr.IsTruncated(content.Kwargs));
        rows.Add(PythonRepr.IsTruncated(content.Result));
        rows.Add(labels.Find(row.Failure?.Fingerprint));
        rows.Add(row.TellsItsOnlyAttempt ? null : AttemptsJson.Of(TaskStory.Attempts(fold.Stamps)));
    }

    private const string LoadSql = $"select {ColumnsSql} from task where key = any($1) and source_id = $2";

    /// <summary>Those of the tasks that have a row.</summary>
    /// <param name="connection">Reads the rows.</param>
    /// <param name="log">Reads the events of those that are told by their events.</param>
    public static async Task<List<StoredTaskFold>> Load(
        NpgsqlConnection connection, LogReader log, int sourceId, Guid[] keys, Labels labels, CancellationToken ct)
    {
        var rows = new List<object?[]>();
        await using (var command = new NpgsqlCommand(LoadSql, connection) { Parameters = { new() { Value = keys }, new() { Value = sourceId } } })
        {
            await command.PrepareAsync(ct); // once a session: planning for every partition is dear
            await using var reader = await command.ExecuteReaderAsync(ct);
            while (await reader.ReadAsync(ct))
                rows.Add(Values(reader));
        }
        await labels.Load(rows.SelectMany(Numbers), ct);
        var told = await Refold.Tasks(log, sourceId, [.. rows.Where(row => row[Stamps] is null).Select(row => (Id(row), Positions(row)))], ct);
        await labels.Intern([.. told.Values.SelectMany(Texts).Where(text => !labels.Knows(text))], ct);
        var tasks = rows.ConvertAll(row => new StoredTaskFold(row[Stamps] is null ? told[(Guid)row[2]!] : Read(row, labels), (DateTime)row[0]!));
        await labels.Intern([.. tasks.Select(task => new TaskRow(task.Fold).Failure?.Fingerprint).OfType<string>().Where(text => !labels.Knows(text))], ct);
        return tasks;
    }

    private const string LeaveOpenSql = "delete from task_open where key = any($1) and source_id = $2";

    private const string LeaveSettledSql = """
        delete from task t using unnest($1::uuid[], $2::timestamptz[]) old(key, settled)
         where t.key = old.key and t.settled = old.settled and t.source_id = $3
        """;

    /// <summary>The commands that take away rows which are written anew.</summary>
    public static IEnumerable<NpgsqlBatchCommand> Leave(int sourceId, IReadOnlyList<(Guid Key, DateTime Settled)> rows)
    {
        var open = rows.Where(row => row.Settled == TaskRow.Open).Select(row => row.Key).ToArray();
        var settled = rows.Where(row => row.Settled != TaskRow.Open).ToArray();
        if (open.Length > 0)
            yield return new(LeaveOpenSql) { Parameters = { new() { Value = open }, new() { Value = sourceId } } };
        if (settled.Length > 0)
        {
            yield return new(LeaveSettledSql)
            {
                Parameters =
                {
                    new() { Value = Array.ConvertAll(settled, row => row.Key) },
                    new() { Value = Array.ConvertAll(settled, row => row.Settled) },
                    new() { Value = sourceId },
                },
            };
        }
    }

    private const int Stamps = 9;
    private const int FirstLabel = 10;
    private const int FramesLabel = 15;
    private const int LastContent = 30;

    private static object?[] Values(NpgsqlDataReader reader)
    {
        var values = new object?[LastContent + 1];
        for (var i = 0; i < values.Length; i++)
            values[i] = reader.IsDBNull(i) ? null : reader.GetValue(i);
        return values;
    }

    private static IEnumerable<int> Numbers(object?[] row) => row[Stamps] is byte[] stamps
        ? row[FirstLabel..(FramesLabel + 1)].OfType<int>().Concat(StampCodec.Labels(stamps))
        : [];

    // Of a fold that its events told: their numbers are in no row that was read
    private static IEnumerable<string> Texts(TaskFold fold) =>
        new[]
        {
            fold.Content.Name, fold.Content.Client, fold.Content.Queue, fold.Content.Exchange, fold.Content.RoutingKey,
            Traceback.Of(fold.Content.Traceback).Frames,
        }.Concat(fold.Stamps.SelectMany(stamp => new[] { stamp.Host, stamp.Type })).OfType<string>();

    private static TaskId Id(object?[] row) => TaskId.Stored((Guid)row[2]!, (string?)row[3]);

    private static long[] Positions(object?[] row) => PositionCodec.Read((byte[])row[8]!);

    private static TaskFold Read(object?[] row, Labels labels)
    {
        var content = new TaskContent
        {
            Name = Label(10),
            Client = Label(11),
            Queue = Label(12),
            Exchange = Label(13),
            RoutingKey = Label(14),
            Args = Text(16),
            Kwargs = Text(17),
            Eta = Text(18),
            Expires = Text(19),
            Root = Relation(20),
            Parent = Relation(22),
            Result = Text(24),
            Runtime = (double?)row[25],
            Exception = Text(26),
            Traceback = Traceback.Join(Label(FramesLabel), Text(27)),
            Terminated = (bool?)row[28],
            Expired = (bool?)row[29],
            Signal = Text(30),
        };
        var positions = Positions(row);
        return TaskFold.Load(Id(row), content, StampCodec.Read((byte[])row[Stamps]!, number => labels[number]),
            (DateTime)row[4]!, (int)row[5]!, (int)row[6]!, positions, (long?)row[7] ?? positions[^1]);

        string? Label(int column) => row[column] is int number ? labels[number] : null;

        EventText Text(int column) => EventText.Of((string?)row[column]);

        TaskId? Relation(int column) => row[column] is Guid key ? TaskId.Stored(key, (string?)row[column + 1]) : null;
    }
}

/// <summary>A task's fold as its row tells it.</summary>
/// <param name="Settled">Which partition the row lies in.</param>
internal readonly record struct StoredTaskFold(TaskFold Fold, DateTime Settled);
