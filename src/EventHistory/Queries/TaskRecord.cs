using EventHistory.Core.Celery;
using EventHistory.Core.Queries;
using Npgsql;

namespace EventHistory.Queries;

/// <summary>The columns of a task that answers show, and how they are read: both the list and the single task use them.</summary>
internal static class TaskRecord
{
    /// <summary>Of <c>task t</c>, without its long texts, with labels as text.</summary>
    public const string Columns = """
        t.key, t.id, t.state, t.state_at, t.first_seen, name.value, worker.value, t.worker_pid, client.value, queue.value,
        exchange.value, routing.value, t.retries, t.clock, t.sent, t.received, t.started, t.succeeded, t.failed, t.retried,
        t.revoked, t.rejected, t.runtime, t.queue_wait, t.worker_wait, t.eta, t.expires, t.root_key, t.root_id, t.parent_key,
        t.parent_id, t.terminated, t.expired, t.signal, t.event_count
        """;

    public const string Labels = """
        left join eventhistory.label name on name.id = t.name_id
        left join eventhistory.label worker on worker.id = t.worker_id
        left join eventhistory.label client on client.id = t.client_id
        left join eventhistory.label queue on queue.id = t.queue_id
        left join eventhistory.label exchange on exchange.id = t.exchange_id
        left join eventhistory.label routing on routing.id = t.routing_key_id
        """;

    /// <summary>The first column behind <see cref="Columns"/>: args, kwargs, result, exception, and the three flags.</summary>
    public const int TextColumn = 35;

    public static TaskView Read(NpgsqlDataReader row) => new()
    {
        Id = Id(row, 0)!,
        State = row.GetString(2),
        StateAt = Known(row.GetDateTime(3)),
        FirstSeen = Known(row.GetDateTime(4)),
        Name = Text(row, 5),
        Worker = Text(row, 6),
        WorkerPid = Value<int>(row, 7),
        Client = Text(row, 8),
        Queue = Text(row, 9),
        Exchange = Text(row, 10),
        RoutingKey = Text(row, 11),
        Retries = row.GetInt32(12),
        Clock = row.GetInt64(13),
        Sent = Value<DateTime>(row, 14),
        Received = Value<DateTime>(row, 15),
        Started = Value<DateTime>(row, 16),
        Succeeded = Value<DateTime>(row, 17),
        Failed = Value<DateTime>(row, 18),
        Retried = Value<DateTime>(row, 19),
        Revoked = Value<DateTime>(row, 20),
        Rejected = Value<DateTime>(row, 21),
        Runtime = Value<double>(row, 22),
        QueueWait = Wait(row, 23),
        WorkerWait = Wait(row, 24),
        Eta = Text(row, 25),
        Expires = Text(row, 26),
        RootId = Id(row, 27),
        ParentId = Id(row, 29),
        Terminated = Value<bool>(row, 31),
        Expired = Value<bool>(row, 32),
        Signal = Text(row, 33),
        EventCount = row.GetInt32(34),
        Args = Text(row, TextColumn),
        Kwargs = Text(row, TextColumn + 1),
        Result = Text(row, TextColumn + 2),
        Exception = Text(row, TextColumn + 3),
        ArgsTruncated = row.GetBoolean(TextColumn + 4),
        KwargsTruncated = row.GetBoolean(TextColumn + 5),
        ResultTruncated = row.GetBoolean(TextColumn + 6),
    };

    /// <summary>A task id in two columns: the key, and the id itself where the key does not tell it.</summary>
    public static string? Id(NpgsqlDataReader row, int column) =>
        row.IsDBNull(column) ? null : TaskId.Stored(row.GetGuid(column), Text(row, column + 1)).ToString();

    public static string? Text(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    public static T? Value<T>(NpgsqlDataReader row, int column) where T : struct =>
        row.IsDBNull(column) ? null : row.GetFieldValue<T>(column);

    // seven digits are stored; a decimal shows no others
    public static double? Wait(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : (double)(decimal)row.GetFloat(column);

    // the writer's mark for a task none of whose events has a usable time
    public static DateTime? Known(DateTime at) => at == DateTime.UnixEpoch ? null : at;
}
