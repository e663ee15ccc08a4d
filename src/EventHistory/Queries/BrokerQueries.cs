using EventHistory.Core.Coverage;
using EventHistory.Core.Queries;
using Npgsql;

namespace EventHistory.Queries;

/// <summary>What is known of brokers without asking them: their streams up to where they are recorded, and the queues that events tell of.</summary>
internal sealed class BrokerQueries(NpgsqlDataSource database)
{
    public async Task<IReadOnlyList<BrokerView>> Streams(DateTime now, CancellationToken ct)
    {
        await using var connection = await database.OpenConnectionAsync(ct);
        await using var snapshot = await QuerySnapshot.Begin(connection, ct);
        var brokers = new List<BrokerView>();
        foreach (var (id, broker) in await Statement.Read(connection, StreamsSql, Stream, ct, new() { Value = now }, new() { Value = BrokerView.MaxRejected }))
        {
            brokers.Add(broker.GapCount == 0 ? broker : broker with
            {
                Gaps = await Statement.Read(connection, GapsSql, Break, ct, new() { Value = id }, new() { Value = BrokerView.MaxGaps }),
            });
        }
        return brokers;
    }

    // sizes are read from the rows' heads: no body is fetched
    private const string StreamsSql = """
        select s.id, s.name, s.epoch, s.last_offset, s.next_position - 1,
               first.epoch, first.first_offset, first.recorded_at, last.recorded_at, lately.events, lately.bytes, lately.since,
               run.started_at, run.last_alive_at, run.ended_at, run.ended_how, run.ended_why, run.host, run.pid, run.recorded_to,
               (select count(*) from eventhistory.gap g where g.source_id = s.id),
               (select count(*) from (select from eventhistory.rejected_message r where r.source_id = s.id limit $2) unread)
          from eventhistory.source s
          left join lateral (
               select e.epoch, e.first_offset, e.recorded_at from eventhistory.event_segment e where e.source_id = s.id order by e.first_position limit 1) first on true
          left join lateral (
               select coalesce(e.part_recorded_at[cardinality(e.part_recorded_at)], e.recorded_at) as recorded_at
                 from eventhistory.event_segment e where e.source_id = s.id order by e.first_position desc limit 1) last on true
          left join lateral (
               select sum(e.event_count) as events, sum(octet_length(e.body))::bigint as bytes, min(e.recorded_at) as since
                 from (select f.event_count, f.recorded_at, f.body
                         from eventhistory.event_segment f
                        where f.source_id = s.id and f.recorded_at >= $1::timestamptz - interval '1 hour'
                        order by f.first_position desc limit 1000) e) lately on true
          left join lateral (
               select r.* from eventhistory.recorder_run r where r.source_id = s.id order by r.started_at desc, r.id desc limit 1) run on true
         order by s.name
        """;

    private static (int Id, BrokerView View) Stream(NpgsqlDataReader row) => (row.GetInt32(0), new BrokerView(
        row.GetString(1), row.GetInt32(2), TaskRecord.Value<long>(row, 3), row.GetInt64(4),
        row.IsDBNull(5) ? null : new StreamPlace(row.GetInt32(5), row.GetInt64(6), row.GetDateTime(7)), TaskRecord.Value<DateTime>(row, 8),
        new StreamTraffic(TaskRecord.Value<long>(row, 9) ?? 0, TaskRecord.Value<long>(row, 10) ?? 0, TaskRecord.Value<DateTime>(row, 11)),
        row.IsDBNull(12) ? null : new RecorderRun(row.GetDateTime(12), row.GetDateTime(13), TaskRecord.Value<DateTime>(row, 14), TaskRecord.Text(row, 15),
            TaskRecord.Text(row, 16), TaskRecord.Text(row, 17), TaskRecord.Value<int>(row, 18)),
        TaskRecord.Value<DateTime>(row, 19), [], row.GetInt64(20), row.GetInt64(21)));

    private const string GapsSql = """
        select kind, epoch, after_offset, next_offset, messages, after_time, before_time, noticed_at
          from eventhistory.gap where source_id = $1 order by id desc limit $2
        """;

    private static StreamBreak Break(NpgsqlDataReader row) => new(row.GetString(0), row.GetInt32(1), TaskRecord.Value<long>(row, 2), row.GetInt64(3),
        TaskRecord.Value<long>(row, 4), TaskRecord.Value<DateTime>(row, 5), row.GetDateTime(6), row.GetDateTime(7));

    private const string QueuesSql = """
        select l.value, q.waiting, q.received, q.running, q.to_retry, q.waiting_since
          from (select t.queue_id, count(*) filter (where t.state = 'PENDING') as waiting, count(*) filter (where t.state = 'RECEIVED') as received,
                       count(*) filter (where t.state = 'STARTED') as running, count(*) filter (where t.state = 'RETRY') as to_retry,
                       min(t.sent) filter (where t.state = 'PENDING') as waiting_since
                  from (select o.queue_id, o.state, o.sent from eventhistory.task_open o order by o.first_seen desc limit $1) t
                 group by t.queue_id) q
          left join eventhistory.label l on l.id = q.queue_id
         order by l.value
        """;

    /// <summary>Queues of tasks that are not finished, by name.</summary>
    public async Task<IReadOnlyList<QueueView>> Queues(CancellationToken ct) => await Statement.Read(database, QueuesSql, row => new QueueView(
        TaskRecord.Text(row, 0), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3), row.GetInt64(4), TaskRecord.Value<DateTime>(row, 5)),
        ct, new NpgsqlParameter { Value = QueueView.MaxTasks });
}
