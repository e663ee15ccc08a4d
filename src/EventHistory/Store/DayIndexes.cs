using System.Diagnostics;
using System.Globalization;
using Npgsql;

namespace EventHistory.Store;

/// <summary>
/// Indexes that searches need and recording must not pay for. A table of tasks gets them when its day is over: only little changes there any more. They
/// are built concurrently, so nobody waits for them; until then, and today, rows are read instead.
/// </summary>
internal sealed class DayIndexes(NpgsqlDataSource database, ILogger<DayIndexes> logger)
{
    private const string Wait = "(coalesce(queue_wait + worker_wait, queue_wait, worker_wait))";

    private string? _trigrams;
    private bool _saidWhyNot;

    /// <param name="trigrams">The operator class for parts of texts, with its schema; null: there is none.</param>
    /// <returns>For each table of a day, the end of an index's name, and what is in it.</returns>
    private static Dictionary<string, string> Wanted(string? trigrams)
    {
        var wanted = new Dictionary<string, string> { ["runtime"] = "btree (runtime)", ["wait"] = $"btree ({Wait})" };
        if (trigrams is not null)
        {
            var columns = new[] { "args", "kwargs", "result", "exception", "traceback", "id" };
            wanted["text"] = $"gin ({string.Join(", ", columns.Select(column => $"{column} {trigrams}"))}) with (fastupdate = off)";
        }
        return wanted;
    }

    // one process at a time, and none while a prune writes tables anew
    private const string LockSql = "select pg_try_advisory_lock(hashtextextended('eventhistory.day_indexes', 0))";
    private const string UnlockSql = "select pg_advisory_unlock(hashtextextended('eventhistory.day_indexes', 0))";

    private const string MemorySql = "set maintenance_work_mem = '128MB'";

    /// <summary>Builds what is missing, the youngest day first.</summary>
    /// <param name="closedBefore">Days (UTC) that ended at or before this time are over.</param>
    /// <returns>How many were built.</returns>
    public async Task<int> Build(DateTime closedBefore, CancellationToken ct)
    {
        await using var session = await database.OpenConnectionAsync(ct);
        await using (var takeLock = new NpgsqlCommand(LockSql, session))
        {
            if (await takeLock.ExecuteScalarAsync(ct) is not true)
                return 0;
        }
        try
        {
            return await BuildMissing(session, closedBefore, ct);
        }
        finally
        {
            await Execute(session, UnlockSql, CancellationToken.None); // in its pool a session keeps what it locked
        }
    }

    private async Task<int> BuildMissing(NpgsqlConnection session, DateTime closedBefore, CancellationToken ct)
    {
        await Execute(session, MemorySql, ct);
        _trigrams ??= await Trigrams(session, ct);
        if (_trigrams is not null)
            await BuildForLabels(session, _trigrams, ct);
        var wanted = Wanted(_trigrams);
        var built = 0;
        foreach (var (table, index, isBroken) in await Missing(session, [.. wanted.Keys], closedBefore, ct))
        {
            await Build(session, table, $"{table}_{index}", wanted[index], isBroken, ct);
            built++;
        }
        if (built > 0)
            await Execute(session, SummariseSql, ct);
        return built;
    }

    // A stretch that never gets full is summarised by nobody else, and read each time
    private const string SummariseSql = """
        select sum(brin_summarize_new_values(i.indexrelid))
          from pg_catalog.pg_inherits h join pg_catalog.pg_index i on i.indrelid = h.inhrelid
          join pg_catalog.pg_class c on c.oid = i.indexrelid join pg_catalog.pg_am a on a.oid = c.relam
         where h.inhparent = 'eventhistory.task'::regclass and a.amname = 'brin'
        """;

    private const string ExtensionSql = "create extension if not exists pg_trgm schema eventhistory";

    private const string TrigramsSql = """
        select quote_ident(n.nspname) || '.gin_trgm_ops' from pg_catalog.pg_extension e join pg_catalog.pg_namespace n on n.oid = e.extnamespace where e.extname = 'pg_trgm'
        """;

    private async Task<string?> Trigrams(NpgsqlConnection session, CancellationToken ct)
    {
        try
        {
            await Execute(session, ExtensionSql, ct);
            await using var command = new NpgsqlCommand(TrigramsSql, session);
            return (string?)await command.ExecuteScalarAsync(ct);
        }
        catch (PostgresException refusal) when (refusal.SqlState is PostgresErrorCodes.InsufficientPrivilege or PostgresErrorCodes.UndefinedFile
            or PostgresErrorCodes.FeatureNotSupported or PostgresErrorCodes.UndefinedObject)
        {
            if (!_saidWhyNot)
                logger.NoTrigrams(refusal.MessageText);
            _saidWhyNot = true;
            return null;
        }
    }

    private const string LabelIndexSql = """
        select coalesce(bool_and(i.indisvalid), false) from pg_catalog.pg_index i where i.indexrelid = to_regclass('eventhistory.label_text')
        """;

    // few, and new ones are rare: it costs recording nothing
    private async Task BuildForLabels(NpgsqlConnection session, string trigrams, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(LabelIndexSql, session);
        if (await command.ExecuteScalarAsync(ct) is not true)
            await Build(session, "label", "label_text", $"gin (value {trigrams})", isBroken: true, ct);
    }

    // What a build that was interrupted leaves behind is there, but not valid. While a rebuild is under way, tables are about to be replaced.
    private const string MissingSql = """
        select p.relname, wanted.index, i.indexrelid is not null
          from pg_catalog.pg_inherits h
          join pg_catalog.pg_class p on p.oid = h.inhrelid
         cross join unnest($1::text[]) wanted(index)
          left join pg_catalog.pg_index i on i.indexrelid = to_regclass(format('eventhistory.%I', p.relname || '_' || wanted.index))
         where h.inhparent = 'eventhistory.task'::regclass and p.relname ~ '^task_[0-9]{8}$' and substr(p.relname, 6) < $2
           and i.indisvalid is not true and to_regnamespace('eventhistory_rebuild') is null
         order by p.relname desc, wanted.index
        """;

    private static async Task<List<(string Table, string Index, bool IsBroken)>> Missing(
        NpgsqlConnection session, string[] wanted, DateTime closedBefore, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(MissingSql, session)
        {
            Parameters = { new() { Value = wanted }, new() { Value = closedBefore.ToString("yyyyMMdd", CultureInfo.InvariantCulture) } },
        };
        await using var rows = await command.ExecuteReaderAsync(ct);
        var missing = new List<(string, string, bool)>();
        while (await rows.ReadAsync(ct))
            missing.Add((rows.GetString(0), rows.GetString(1), rows.GetBoolean(2)));
        return missing;
    }

    private async Task Build(NpgsqlConnection session, string table, string index, string definition, bool isBroken, CancellationToken ct)
    {
        var started = Stopwatch.GetTimestamp();
        if (isBroken)
            await Execute(session, $"drop index concurrently if exists eventhistory.{index}", ct);
        await Execute(session, $"create index concurrently {index} on eventhistory.{table} using {definition}", ct);
        logger.IndexBuilt(index, Stopwatch.GetElapsedTime(started));
        await Task.Delay(Stopwatch.GetElapsedTime(started), ct); // half of the time is for others
    }

    private static async Task Execute(NpgsqlConnection session, string sql, CancellationToken ct)
    {
#pragma warning disable CA2100 // our own texts, and names of our own tables
        await using var command = new NpgsqlCommand(sql, session) { CommandTimeout = 0 };
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync(ct);
    }
}
