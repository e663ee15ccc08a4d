using EventHistory.Core.Retention;
using EventHistory.Store;
using Npgsql;
using NpgsqlTypes;

namespace EventHistory.Projections;

/// <summary>
/// Makes the read models anew from the log, while recording goes on:
/// <list type="number">
/// <item>empty tables in the schema <c>eventhistory_rebuild</c>;</item>
/// <item>the log is folded into them (<see cref="Replay"/>) until little is left;</item>
/// <item>they get their indexes, and what was recorded meanwhile is folded;</item>
/// <item>in one transaction: recording waits, the rest is folded, the tables change places;</item>
/// <item>the recorder finds that what it remembers is of another generation, and begins again from what the database says.</item>
/// </list>
/// Until the last step nothing that anybody reads is touched; an interrupted rebuild leaves a schema that the next one drops.
/// </summary>
/// <param name="sessions">Their <c>search_path</c> begins with <c>eventhistory_rebuild</c>.</param>
/// <param name="database">Reads the log.</param>
/// <param name="projection">The one whose tables are replaced; null: all.</param>
internal sealed class Rebuild(NpgsqlDataSource sessions, NpgsqlDataSource database, string? projection)
{
    /// <summary>Recording can wait for so many events, which take about half a second.</summary>
    private const long Little = 50_000;

    /// <summary>If it records as fast as we fold, it has to wait after so many attempts.</summary>
    private const int Attempts = 5;

    private const string TryLockSql = "select pg_try_advisory_lock(hashtextextended('eventhistory.rebuild', 0))";
    private const string BeginSql = "select eventhistory.begin_rebuild()";
    private const string ErasedStartsSql = "insert into worker_started select * from eventhistory.erased_start"; // the log has them no more
    private const string PrepareSwapSql = "select eventhistory.prepare_swap()";
    private const string AbandonSql = "drop schema if exists eventhistory_rebuild cascade";

    /// <param name="progress">Is told how many events of how many were folded.</param>
    /// <returns>How many events were folded.</returns>
    /// <exception cref="StartException">Another rebuild, a prune or an erasure is running.</exception>
    public async Task<long> Run(Action<long, long> progress, CancellationToken ct)
    {
        await using var session = await sessions.OpenConnectionAsync(ct);
        await using var lookups = await sessions.OpenConnectionAsync(ct);
        if (!await Ask<bool>(session, TryLockSql, ct))
            throw new StartException("Another rebuild of this database, a prune or an erasure is running: wait for it, or end it.");
        var (isPrepared, swapped) = (false, false);
        try
        {
            await Execute(session, BeginSql, ct);
            await Execute(session, ErasedStartsSql, ct);
            var pruned = await PrunedTaskRows.InLog(session, null, ct);
            var replays = new List<Replay>();
            long folded = 0;
            for (var attempt = 1; ; attempt++)
            {
                await AddSources(replays, session, lookups, pruned, ct);
                var left = await Advance(replays, events => folded += events, left => progress(folded, folded + left), ct);
                if (left > Little && attempt < Attempts)
                    continue;
                if (!isPrepared)
                {
                    // it builds indexes, and recording goes on meanwhile
                    await Execute(session, PrepareSwapSql, ct);
                    isPrepared = true;
                    attempt = 0;
                    continue;
                }
                await Execute(session, PrepareSwapSql, ct); // days that began since
                if (swapped = await TrySwap(replays, events => folded += events, ct))
                    return folded;
            }
        }
        finally
        {
            if (!swapped)
                await Abandon();
        }
    }

    /// <returns>How much was recorded meanwhile.</returns>
    private async Task<long> Advance(List<Replay> replays, Action<long> folded, Action<long> left, CancellationToken ct)
    {
        var ends = await Ends(ct);
        foreach (var replay in replays)
        {
            await replay.UpTo(ends[replay.SourceId] - 1, complete: false, events =>
            {
                folded(events);
                left(replays.Sum(r => Math.Max(0, ends[r.SourceId] - r.Next)));
            }, ct);
        }
        ends = await Ends(ct);
        return ends.Sum(end => end.Value - (replays.Find(r => r.SourceId == end.Key)?.Next ?? 0));
    }

    private async Task AddSources(List<Replay> replays, NpgsqlConnection session, NpgsqlConnection lookups, IReadOnlyDictionary<int, PrunedTasks> pruned, CancellationToken ct)
    {
        foreach (var source in await LogSource.All(session, ct))
        {
            if (replays.TrueForAll(r => r.SourceId != source.Id))
                replays.Add(new Replay(session, lookups, database, source, pruned.GetValueOrDefault(source.Id)));
        }
    }

    private async Task<Dictionary<int, long>> Ends(CancellationToken ct)
    {
        await using var connection = await database.OpenConnectionAsync(ct);
        return (await LogSource.All(connection, ct)).ToDictionary(source => source.Id, source => source.Next);
    }

    // Queries hold the old tables; if they do for long, recording must not wait for them as well. And what was committed until now may not be on disk yet.
    private const string PatienceSql = "set local lock_timeout = '3s'; set local synchronous_commit = on";
    private const string StopRecordingSql = "select id, next_position from eventhistory.source order by id for update";
    private const string CarryOverSql = "select eventhistory.carry_over($1)";
    private const string SwapSql = "select eventhistory.swap_in($1)";

    private const string GenerationSql = """
        update eventhistory.source set generation = generation + 1, reflected = case when $1 then next_position else reflected end
        """;

    private const string VersionSql = """
        update eventhistory.projection p set version = v.version, rebuilt_at = now()
          from unnest($1::text[], $2::int[]) v(name, version) where p.name = v.name
        """;

    /// <returns>False if a table could not be had; then recording has gone on, and so can the replay.</returns>
    private async Task<bool> TrySwap(List<Replay> replays, Action<long> folded, CancellationToken ct)
    {
        await using var swap = await sessions.OpenConnectionAsync(ct);
        await using var transaction = await swap.BeginTransactionAsync(ct);
        try
        {
            await Execute(swap, PatienceSql, ct);
            var ends = await Stopped(swap, ct);
            if (ends.Count > replays.Count)
                return false; // a source has come into being
            foreach (var replay in replays)
                await replay.UpTo(ends[replay.SourceId] - 1, complete: true, folded, ct);
            foreach (var sql in new[] { CarryOverSql, SwapSql })
                await Execute(swap, sql, ct, new NpgsqlParameter { Value = (object?)projection ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
            await Execute(swap, GenerationSql, ct, new NpgsqlParameter { Value = projection is null or "tasks" });
            var made = ProjectionVersions.Ours.Where(v => projection is null || v.Key == projection).ToArray();
            await Execute(swap, VersionSql, ct, new() { Value = made.Select(v => v.Key).ToArray() }, new() { Value = made.Select(v => v.Value).ToArray() });
            await transaction.CommitAsync(ct);
            return true;
        }
        catch (PostgresException refusal) when (refusal.SqlState == PostgresErrorCodes.LockNotAvailable)
        {
            return false;
        }
    }

    private static async Task<Dictionary<int, long>> Stopped(NpgsqlConnection session, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(StopRecordingSql, session);
        await using var rows = await command.ExecuteReaderAsync(ct);
        var ends = new Dictionary<int, long>();
        while (await rows.ReadAsync(ct))
            ends.Add(rows.GetInt32(0), rows.GetInt64(1));
        return ends;
    }

    // Also when it was interrupted, and the session may be gone
    private async Task Abandon()
    {
        try
        {
            await using var connection = await sessions.OpenConnectionAsync(CancellationToken.None);
            await Execute(connection, AbandonSql, CancellationToken.None);
        }
        catch (NpgsqlException)
        {
            // the next rebuild drops it
        }
    }

#pragma warning disable CA2100 // the text is a constant above
    private static async Task Execute(NpgsqlConnection connection, string sql, CancellationToken ct, params NpgsqlParameter[] parameters)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        command.Parameters.AddRange(parameters);
        await command.ExecuteNonQueryAsync(ct);
    }

    private static async Task<T> Ask<T>(NpgsqlConnection connection, string sql, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return (T)(await command.ExecuteScalarAsync(ct))!;
    }
#pragma warning restore CA2100
}
