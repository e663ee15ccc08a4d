using System.Data;
using EventHistory.Core.Log;
using EventHistory.Core.Retention;
using EventHistory.Store;
using Npgsql;
using NpgsqlTypes;

namespace EventHistory.Retention;

/// <summary>
/// Takes the events of pruned tasks out of the log, a day at a time: what stays is written into a new table, each segment proved by a seal,
/// and the table takes the place of the old one in the transaction that writes the tombstones. Days of which most stays are left as they
/// are, and so is today. Killed at any point, the next run begins with that day again.
/// </summary>
internal sealed class LogPrune(PruneSession session, NpgsqlDataSource database, RetentionPolicy policy, DateTime now)
{
    private const int SegmentsPerWrite = 200;

    /// <summary>The recorder's clock may differ from ours by this much, and the last hour's segments are merged first.</summary>
    private static readonly TimeSpan _closed = TimeSpan.FromMinutes(10);

    private readonly TypeNames _types = new(database);

    private const string DebtSql = """
        select l.day, sum(l.events)::bigint from eventhistory.pruned_log l join eventhistory.prune_receipt r on r.id = l.receipt_id
         where r.pruned_at is not null group by l.day order by l.day
        """;

    /// <summary>The days that are to be written anew.</summary>
    public async Task<IReadOnlyList<DayPartition>> Days(CancellationToken ct)
    {
        var gone = (await session.Rows(DebtSql, row => (Day: row.GetFieldValue<DateOnly>(0), Events: row.GetInt64(1)), ct)).ToDictionary(row => row.Day, row => row.Events);
        var days = new List<DayPartition>();
        foreach (var partition in await DayPartition.All(session, "event_segment", ct))
        {
            if (partition.To + _closed <= now && gone.TryGetValue(partition.Day, out var events)
                && PruneDecision.RewritesLog(await Events(partition, ct), events))
            {
                days.Add(partition);
            }
        }
        return days;
    }

    private Task<long> Events(DayPartition partition, CancellationToken ct) => session.Ask<long>(
        $"select coalesce(sum(event_count - coalesce(eventhistory.range_total(removed), 0)), 0)::bigint from eventhistory.{partition.Name}", ct);

    /// <param name="report">Is told how many events were read.</param>
    /// <returns>How many events went, and the bytes that were given back.</returns>
    /// <exception cref="InvalidDataException">The log is not what was recorded; it is left as it is.</exception>
    public async Task<(long Events, long Bytes)> Run(DayPartition partition, string policyText, Action<long> report, CancellationToken ct)
    {
        var sources = await session.Rows($"select distinct source_id from eventhistory.{partition.Name} order by 1", row => row.GetInt32(0), ct);
        foreach (var source in sources)
            await session.Execute(TakeLockSql, ct, new NpgsqlParameter { Value = source });
        try
        {
            var pruned = await PrunedTaskRows.InLog(session.Connection, partition.Day, ct);
            await session.Execute("select eventhistory.stage_partition($1)", ct, new NpgsqlParameter { Value = partition.Name });
            var (events, segments) = (0L, 0L);
            var tombstones = new List<(int Source, Tombstone Tombstone)>();
            foreach (var source in sources)
            {
                var day = new LogDay(source, pruned.GetValueOrDefault(source) ?? new PrunedTasks(), policy.WorkerHeartbeats is { } age ? now - age : null, _types);
                await Rewrite(partition, day, report, ct);
                events += day.Removed;
                segments += day.Segments;
                tombstones.AddRange(day.Tombstones.Select(tombstone => (source, tombstone)));
            }
            return (events, await Swap(partition, policyText, events, segments, tombstones, ct));
        }
        finally
        {
            foreach (var source in sources)
                await session.Execute(ReleaseSql, CancellationToken.None, new NpgsqlParameter { Value = source });
        }
    }

    // that of merging and erasing; it lasts for longer than a transaction here
    private const string TakeLockSql = "select pg_advisory_lock(hashtextextended('eventhistory.segments ' || $1::int, 0))";
    private const string ReleaseSql = "select pg_advisory_unlock(hashtextextended('eventhistory.segments ' || $1::int, 0))";

    private async Task Rewrite(DayPartition partition, LogDay day, Action<long> report, CancellationToken ct)
    {
        await using var reading = await database.OpenConnectionAsync(ct);
        var next = 0L;
        for (var found = SegmentsPerWrite; found == SegmentsPerWrite;)
        {
            found = 0;
            await using var batch = new NpgsqlBatch(session.Connection) { Timeout = 0 };
#pragma warning disable CA2100 // the name of one of our own tables
            await using (var command = new NpgsqlCommand($"""
                select {SegmentRow.Columns} from eventhistory.{partition.Name} s where s.source_id = $1 and s.first_position >= $2 order by s.first_position limit $3
                """, reading) { CommandTimeout = 0, Parameters = { new() { Value = day.Source }, new() { Value = next }, new() { Value = SegmentsPerWrite } } })
#pragma warning restore CA2100
            await using (var rows = await command.ExecuteReaderAsync(CommandBehavior.SequentialAccess, ct))
            {
                for (; await rows.ReadAsync(ct); found++)
                {
                    var segment = await SegmentRow.Read(rows, 0, length => new byte[length], ct);
                    next = segment.LastPosition + 1;
                    if (await day.Add(segment, database, ct) is { } left)
                        batch.BatchCommands.Add(SegmentRow.Insert($"eventhistory_prune.{partition.Name}", day.Source, left));
                    report(segment.Left);
                }
            }
            if (batch.BatchCommands.Count > 0)
                await batch.ExecuteNonQueryAsync(ct);
        }
    }

    private const string ReceiptSql = """
        insert into eventhistory.prune_receipt (kind, decided_at, pruned_at, policy, day, rows, bytes_freed) values ('log', $1, now(), $2, $3, $4, $5) returning id
        """;

    private const string PaidSql = "delete from eventhistory.pruned_log l where l.day = $1";

    private async Task<long> Swap(DayPartition partition, string policyText, long events, long segments, List<(int Source, Tombstone Tombstone)> tombstones, CancellationToken ct)
    {
        var left = await session.Ask<long>($"select count(*) from eventhistory_prune.{partition.Name}", ct);
        if (left == 0)
        {
            await session.Execute($"drop table eventhistory_prune.{partition.Name}", ct);
        }
        else
        {
            await session.Execute("select eventhistory.finish_partition('event_segment', $1)", ct, new NpgsqlParameter { Value = partition.Name });
            await session.Execute($"vacuum (freeze, analyze) eventhistory_prune.{partition.Name}", ct);
        }
        var size = left == 0 ? 0 : await session.Ask<long>($"select pg_catalog.pg_total_relation_size('eventhistory_prune.{partition.Name}')", ct);
        var freed = Math.Max(0, partition.Bytes - size);
        var isSwapped = await session.Patiently(async () =>
        {
            var receipt = await session.Ask<long>(ReceiptSql, ct, new() { Value = now }, new() { Value = policyText, NpgsqlDbType = NpgsqlDbType.Jsonb },
                new() { Value = partition.Day }, new() { Value = events }, new() { Value = freed });
            foreach (var source in tombstones.GroupBy(t => t.Source))
                await TombstoneRows.AddAll(session.Connection, source.Key, [.. source.Select(t => t.Tombstone)], new Removal(Tombstone.Prune, RemovalProof.Seal, now, "retention", null, receipt), ct);
            await session.Execute(PaidSql, ct, new NpgsqlParameter { Value = partition.Day });
            await session.Lock($"lock table only eventhistory.event_segment, eventhistory.{partition.Name} in access exclusive mode", ct);
            if (await partition.Count(session, ct) != segments)
                return false; // something was recorded into a day that is over: a clock was set back
            await session.Execute("select eventhistory.swap_partition('event_segment', $1)", ct, new NpgsqlParameter { Value = partition.Name });
            return true;
        }, ct);
        if (!isSwapped)
            return 0;
        foreach (var source in tombstones.Select(t => t.Source).Distinct())
            await TombstoneRows.MoveBeginning(session.Connection, source, ct);
        await session.Execute($"drop table eventhistory_pruned.{partition.Name}", ct);
        return freed;
    }
}
