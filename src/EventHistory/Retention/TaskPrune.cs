using EventHistory.Core.Retention;
using EventHistory.Core.Tasks;
using Npgsql;
using NpgsqlTypes;

namespace EventHistory.Retention;

/// <summary>
/// Takes the tasks that go (<see cref="GoingTasks"/>) out of one partition:
/// <list type="number">
/// <item>from now on it is noted which of its tasks change: something late may come in;</item>
/// <item>the receipt is written, with the keys of the tasks, not yet valid;</item>
/// <item>what stays is copied into a new table, with the indexes of the old one;</item>
/// <item>in one transaction of some milliseconds the new table takes the place of the old one, and the receipt becomes valid;</item>
/// <item>the old table is dropped, and its disk space is free.</item>
/// </list>
/// Killed at any point, the next run drops what is half done, and the tasks that are still there go then.
/// </summary>
internal sealed class TaskPrune(PruneSession session, GoingTasks going, LogDays log, string policy, DateTime now)
{
    private const int Attempts = 5;

    /// <summary>So many changes are made up for while the table is locked.</summary>
    private const long Little = 500;

    /// <returns>How many tasks went, and the bytes that were given back.</returns>
    public async Task<(long Tasks, long Bytes)> Run(DayPartition partition, CancellationToken ct)
    {
        for (var attempt = 1; ; attempt++)
        {
            await session.Patiently("select eventhistory.watch_partition($1)", ct, new NpgsqlParameter { Value = partition.Name });
            var receipt = await Receipt(partition, ct);
            if (receipt.Tasks == 0 || attempt > Attempts)
            {
                await Forget(receipt.Id, ct); // they all changed meanwhile: something came in
                await session.Patiently("select eventhistory.unwatch_partition($1)", ct, new NpgsqlParameter { Value = partition.Name });
                return (0, 0);
            }
            var rows = await partition.Count(session, ct);
            if (PruneDecision.OfTasks(rows, receipt.Tasks) == PartitionFate.LosesRows
                ? await Delete(partition, receipt, ct)
                : await Replace(partition, receipt, rows > receipt.Tasks, ct))
            {
                return (receipt.Tasks, await Freed(partition, receipt.Id, ct));
            }
            await Forget(receipt.Id, ct);
            await session.Execute(UngoSql, ct);
        }
    }

    // They stay, because something late came in
    private const string UngoSql = "delete from prune_going g using eventhistory_prune.changed c where c.key = g.key and c.source_id = g.source_id";

    private async Task<bool> Replace(DayPartition partition, TaskReceipt receipt, bool hasMore, CancellationToken ct)
    {
        if (hasMore)
            await Copy(partition, ct);
        var isOver = false;
        while (!isOver && await CaughtUp(partition, hasMore, ct))
        {
            var hopeless = false;
            isOver = await session.Patiently(async () =>
            {
                await session.Lock($"lock table only eventhistory.task, eventhistory.{partition.Name} in access exclusive mode", ct);
                var (changes, ofGoing) = await Changes(ct);
                hopeless = ofGoing > 0 || (changes > 0 && !hasMore);
                if (hopeless || changes > Little)
                    return false;
                if (changes > 0)
                    await session.Execute("select eventhistory.catch_up_partition($1)", ct, new NpgsqlParameter { Value = partition.Name });
                await session.Execute("select eventhistory.swap_partition('task', $1)", ct, new NpgsqlParameter { Value = partition.Name });
                await Validate(receipt, ct);
                return true;
            }, ct);
            if (hopeless)
                return false;
        }
        return isOver;
    }

    private async Task Copy(DayPartition partition, CancellationToken ct)
    {
        await session.Execute("select eventhistory.stage_partition($1)", ct, new NpgsqlParameter { Value = partition.Name });
        await session.Execute($"""
            insert into eventhistory_prune.{partition.Name}
            select t.* from eventhistory.{partition.Name} t
             where not exists (select from prune_going g where g.key = t.key and g.source_id = t.source_id and g.settled = t.settled)
            """, ct);
        await session.Execute("select eventhistory.finish_partition('task', $1)", ct, new NpgsqlParameter { Value = partition.Name });
        await session.Execute($"vacuum (freeze, analyze) eventhistory_prune.{partition.Name}", ct); // also for who looks at an older state
    }

    /// <returns>False: a task that goes has changed.</returns>
    private async Task<bool> CaughtUp(DayPartition partition, bool hasMore, CancellationToken ct)
    {
        while (true)
        {
            var (changes, ofGoing) = await Changes(ct);
            if (ofGoing > 0 || (changes > 0 && !hasMore))
                return false;
            if (changes <= Little)
                return true;
            await session.Execute("select eventhistory.catch_up_partition($1)", ct, new NpgsqlParameter { Value = partition.Name });
        }
    }

    // Nearly always there are none, and that is known at once
    private async Task<(long All, long OfGoing)> Changes(CancellationToken ct) =>
        await session.Ask<long>("select count(*) from eventhistory_prune.changed", ct) is var all && all == 0 ? (0, 0) : (all, await session.Ask<long>(
            "select count(*) from eventhistory_prune.changed c where exists (select from prune_going g where g.key = c.key and g.source_id = c.source_id)", ct));

    // Few: their rows are marked, and the space is used again
    private async Task<bool> Delete(DayPartition partition, TaskReceipt receipt, CancellationToken ct) => await session.Patiently(async () =>
    {
        var deleted = await session.Execute($"""
            delete from eventhistory.{partition.Name} t using prune_going g
             where g.day = $1 and t.key = g.key and t.source_id = g.source_id and t.settled = g.settled
            """, ct, new NpgsqlParameter { Value = partition.Day });
        if (deleted != receipt.Tasks)
            return false;
        await Validate(receipt, ct);
        await session.Lock("select eventhistory.unwatch_partition($1)", ct, new NpgsqlParameter { Value = partition.Name });
        return true;
    }, ct);

    private const string ValidSql = "update eventhistory.prune_receipt set pruned_at = now() where id = $1";

    private Task<int> Validate(TaskReceipt receipt, CancellationToken ct) => session.Execute(ValidSql, ct, new NpgsqlParameter { Value = receipt.Id });

    private const string ForgetSql = "delete from eventhistory.prune_receipt where id = $1";

    private Task<int> Forget(long receipt, CancellationToken ct) => session.Execute(ForgetSql, ct, new NpgsqlParameter { Value = receipt });

    private const string FreedSql = "update eventhistory.prune_receipt set bytes_freed = $2 where id = $1";

    private async Task<long> Freed(DayPartition partition, long receipt, CancellationToken ct)
    {
        var size = await session.Ask<long>($"select coalesce(pg_catalog.pg_total_relation_size(to_regclass('eventhistory.{partition.Name}')), 0)", ct);
        await session.Execute($"drop table if exists eventhistory_pruned.{partition.Name}", ct);
        var freed = Math.Max(0, partition.Bytes - size);
        await session.Execute(FreedSql, ct, new() { Value = receipt }, new() { Value = freed });
        return freed;
    }

    /// <summary>Written before the tasks go.</summary>
    private async Task<TaskReceipt> Receipt(DayPartition partition, CancellationToken ct)
    {
        var account = new TaskAccount(going.Before, log);
        await using (var rows = await session.Connection.BeginBinaryExportAsync(FormattableString.Invariant($"""
            copy (select g.source_id, g.key, t.positions, t.event_count, t.last_position, t.state, t.first_seen, t.state_at
                    from prune_going g join eventhistory.{partition.Name} t on t.key = g.key and t.source_id = g.source_id and t.settled = g.settled
                   where g.day = '{partition.Day:yyyy-MM-dd}') to stdout (format binary)
            """), ct))
        {
            rows.Timeout = TimeSpan.FromHours(1); // of the first one
            while (await rows.StartRowAsync(ct) != -1)
            {
                var (source, key) = (await rows.ReadAsync<int>(ct), await rows.ReadAsync<Guid>(ct));
                var positions = PositionCodec.Read(await rows.ReadAsync<byte[]>(ct));
                var events = await rows.ReadAsync<int>(ct);
                long? last = null;
                if (rows.IsNull)
                    await rows.SkipAsync(ct);
                else
                    last = await rows.ReadAsync<long>(ct);
                account.Add(source, key, positions, events, last, await rows.ReadAsync<string>(ct),
                    await rows.ReadAsync<DateTime>(NpgsqlDbType.TimestampTz, ct), await rows.ReadAsync<DateTime>(NpgsqlDbType.TimestampTz, ct));
            }
        }
        if (account.TooYoung.Count > 0)
            await session.Execute("delete from prune_going where key = any($1)", ct, new NpgsqlParameter { Value = account.TooYoung });
        return await account.Write(session, partition, policy, now, ct);
    }
}

/// <summary>A receipt that is written, and becomes valid when its tasks are gone.</summary>
internal sealed record TaskReceipt(long Id, long Tasks);
