using System.Data;
using EventHistory.Core.Celery;
using EventHistory.Core.Log;
using EventHistory.Core.Rollups;
using EventHistory.Projections;
using EventHistory.Store;
using Npgsql;

namespace EventHistory.Erasing;

/// <summary>
/// Erases some tasks in one transaction, from the log and from the read models: cut short, it has not happened. The recorder, which may know
/// more of these tasks than their rows, waits for the last part of it; then it finds that what it remembers is of another generation, and
/// begins again from what the database says, as after a rebuild.
/// </summary>
internal sealed class ErasureStep(NpgsqlDataSource database, TimeProvider time)
{
    /// <summary>So many tasks at a time: a second or two.</summary>
    public const int MostTasks = 200;

    private const int Attempts = 10;

    private readonly LogReader _log = new(database);
    private readonly SegmentRewriter _rewriter = new(database);

    /// <returns>The tables that have lost something, as the database quotes their names.</returns>
    /// <exception cref="InvalidDataException">The log is not what was recorded; it is left as it is.</exception>
    public async Task<IReadOnlyCollection<string>> Run(ErasureRecord erasure, int source, Guid[] keys, CancellationToken ct)
    {
        for (var attempt = 1; attempt <= Attempts; attempt++)
        {
            if (await TryRun(erasure, source, keys, ct) is { } tables)
                return tables;
        }
        throw new TimeoutException("Events of tasks that are to be erased come in all the time: wait for their end");
    }

    // Read models are read and written by their bare names; and only ever looked into by their keys
    private const string SessionSql = "select set_config('search_path', 'eventhistory', true), set_config('enable_seqscan', 'off', true)";

    private const string StopRecordingSql = "select s.next_position from eventhistory.source s where s.id = $1 for update";

    private const string PinsSql = "delete from eventhistory.pin p where p.source_id = $1 and p.key = any($2)";

    private const string FindingsSql = "delete from eventhistory.finding f where f.source_id = $1 and f.task_key = any($2)";

    private const string GenerationSql = "update eventhistory.source s set generation = s.generation + 1 where s.id = $1";

    /// <returns>Null: something late came in meanwhile, so nothing was done.</returns>
    private async Task<IReadOnlyCollection<string>?> TryRun(ErasureRecord erasure, int sourceId, Guid[] keys, CancellationToken ct)
    {
        await using var session = await database.OpenConnectionAsync(ct);
        await using var transaction = await session.BeginTransactionAsync(IsolationLevel.ReadCommitted, ct);
        await Execute(session, new(SessionSql), ct);
        await SegmentLock.Take(session, sourceId, ct);
        var source = (await LogSource.All(session, ct)).Single(s => s.Id == sourceId);
        var labels = new Labels(database);
        var tasks = await DoomedTasks.Find(session, _log, source, keys, labels, ct);

        var events = keys.ToDictionary(key => key, _ => 0L);
        var removal = new Removal(Tombstone.Erasure, RemovalProof.Digests, time.GetUtcNow().UtcDateTime, erasure.RequestedBy, erasure.Why, erasure.Id);
        var rewritten = new HashSet<long>();
        await Rewrite();

        // recording waits from here on
        var stop = new NpgsqlBatchCommand(StopRecordingSql) { Parameters = { new() { Value = sourceId } } };
        await tasks.FindLater(_log, await Ask(session, stop, ct), ct);
        await tasks.FindOwn(session, ct);
        await Rewrite();
        if (!await tasks.AreAsTheyWere(session, ct))
            return null;
        await labels.Intern([.. tasks.Folds.Values.SelectMany(fold => fold.Stamps).Select(stamp => stamp.Host).Where(host => !labels.Knows(host)).Distinct()], ct);
        foreach (var command in await Changes(session, tasks, labels, ct))
            await Execute(session, command, ct);
        await ErasedFailures.Replace(session, sourceId, keys, ct);
        foreach (var sql in new[] { PinsSql, FindingsSql })
            await Execute(session, new(sql) { Parameters = { new() { Value = sourceId }, new() { Value = keys } } }, ct);
        await Execute(session, OwnEventRows.Forget(sourceId, keys), ct); // also what was just said of their pins
        await Execute(session, ErasureRows.Erased(erasure.Id, sourceId, events), ct);
        await Execute(session, new(GenerationSql) { Parameters = { new() { Value = sourceId } } }, ct);
        var tables = await Tables(session, tasks, rewritten, ct);
        await transaction.CommitAsync(ct);
        return tables;

        async Task Rewrite()
        {
            foreach (var first in tasks.Segments.Where(rewritten.Add))
                await _rewriter.Remove(session, sourceId, first, (_, e) => Goes(e), removal, ct);
        }

        bool Goes(CeleryEvent e)
        {
            if (tasks.Of(e) is not { } task)
                return false;
            events[task]++;
            return true;
        }
    }

    // The rows go, and what they counted for; but a start that was counted stays counted, or coverage would miss it
    private static async Task<IEnumerable<NpgsqlBatchCommand>> Changes(NpgsqlConnection session, DoomedTasks tasks, Labels labels, CancellationToken ct)
    {
        var rollups = new RollupTable(tasks.Source);
        await rollups.Prepare(session, tasks.Counted.ConvertAll(outcome => ((Outcome?)outcome, (Outcome?)null)), ct);
        var starts = tasks.Folds.Values.SelectMany(fold => fold.Stamps).Where(stamp => stamp.Kind == EventKind.TaskStarted).ToList();
        return
        [
            .. TaskTable.Leave(tasks.Source, tasks.Rows.ConvertAll(row => (row.Key, row.Settled))),
            .. rollups.Write(),
            .. WorkerActivityTable.Started([.. tasks.Folds.Values.SelectMany(fold => fold.NewStarts)], labels),
            .. WorkerActivityTable.Erased(starts, labels),
        ];
    }

    private const string TablesSql = """
        select distinct format('eventhistory.%I', c.relname)
          from eventhistory.event_segment s join pg_class c on c.oid = s.tableoid where s.source_id = $1 and s.first_position = any($2)
        """;

    private static async Task<IReadOnlyCollection<string>> Tables(NpgsqlConnection session, DoomedTasks tasks, HashSet<long> segments, CancellationToken ct)
    {
        var tables = tasks.Rows.Select(row => row.Partition).ToHashSet();
        await using var command = new NpgsqlCommand(TablesSql, session) { Parameters = { new() { Value = tasks.Source }, new() { Value = segments.ToArray() } } };
        await using var rows = await command.ExecuteReaderAsync(ct);
        while (await rows.ReadAsync(ct))
            tables.Add(rows.GetString(0));
        return tables;
    }

    private static async Task Execute(NpgsqlConnection session, NpgsqlBatchCommand command, CancellationToken ct)
    {
        await using var batch = new NpgsqlBatch(session) { BatchCommands = { command } };
        await batch.ExecuteNonQueryAsync(ct);
    }

    private static async Task<long> Ask(NpgsqlConnection session, NpgsqlBatchCommand command, CancellationToken ct)
    {
        await using var batch = new NpgsqlBatch(session) { BatchCommands = { command } };
        return (long)(await batch.ExecuteScalarAsync(ct))!;
    }
}
