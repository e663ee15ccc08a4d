using System.Data;
using EventHistory.Core.Celery;
using EventHistory.Core.Log;
using EventHistory.Core.Retention;
using Npgsql;

namespace EventHistory.Store;

/// <summary>
/// Proves logs as they were when the proof began; recording may go on. The rows of the tasks are read first, in the same
/// snapshot as the heads. The log itself needs no snapshot: below its head nothing changes but where segments begin, and what is taken out.
/// </summary>
internal sealed class LogVerification(NpgsqlDataSource database, Action<WorkProgress> report)
{
    /// <summary>Events may be taken out of the log while it is read; it is then read again.</summary>
    private const int Attempts = 3;

    private readonly LogReader _reader = new(database);
    private readonly TypeNames _types = new(database);

    /// <exception cref="StartException">The request does not fit what there is; exit code 2.</exception>
    public async Task<IReadOnlyList<LogVerdict>> Run(VerifyRequest request, CancellationToken ct)
    {
        for (var attempt = 1; ; attempt++)
        {
            var (sources, ledgers, pruned, faults) = await Snapshot(request, ct);
            var verdicts = new List<LogVerdict>();
            var isDisturbed = false;
            foreach (var source in sources)
            {
                var verdict = await Verify(source, request, ledgers?[source.Id], pruned?.GetValueOrDefault(source.Id), faults?.GetValueOrDefault(source.Id), ct);
                isDisturbed |= verdict.Fault is not null && (await TombstonesOf(source, ct)).Events(1, long.MaxValue) != verdict.Tombstones.Events(1, long.MaxValue);
                verdicts.Add(verdict);
            }
            if (!isDisturbed || attempt == Attempts)
                return verdicts; // what was taken out while it was read would look like a fault
        }
    }

    private async Task<Tombstones> TombstonesOf(LogSource source, CancellationToken ct)
    {
        await using var connection = await database.OpenConnectionAsync(ct);
        return await TombstoneRows.Of(connection, source.Id, ct);
    }

    private async Task<(List<LogSource>, Dictionary<int, TaskLedger>?, IReadOnlyDictionary<int, PrunedTasks>?, Dictionary<int, LogFault>?)> Snapshot(VerifyRequest request, CancellationToken ct)
    {
        await using var connection = await database.OpenConnectionAsync(ct);
        await using var snapshot = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, ct);
        var sources = request.Choose(await LogSource.All(connection, ct));
        if (!request.ComparesTasks)
            return (sources, null, null, null);
        var ledgers = sources.ToDictionary(s => s.Id, s => new TaskLedger(s.First, s.Reflected, s.Next));
        return (sources, ledgers, await PrunedTaskRows.InLog(connection, null, ct), await TaskRows.Enter(connection, ledgers, report, ct));
    }

    private async Task<LogVerdict> Verify(LogSource source, VerifyRequest request, TaskLedger? ledger, PrunedTasks? pruned, LogFault? rows, CancellationToken ct)
    {
        using var done = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var duplicate = ledger is null ? Task.FromResult<LogFault?>(null) : TaskRows.Duplicate(database, source.Id, done.Token); // beside the log
        try
        {
            var (first, link) = await Anchor(source, request.From ?? source.First, ct);
            var last = request.To ?? source.Next - 1;
            var tombstones = await TombstonesOf(source, ct);
            var check = new ChainCheck(first, link, type => _types[type]) { Noted = Noted(source, request), Tombstones = tombstones };
            var fault = await Follow(source, check, last, ledger, pruned, ct) ?? check.End(last);
            if (fault is null && ledger is not null)
                fault = rows ?? await Differences(source, ledger, pruned, ct) ?? await duplicate;
            return new LogVerdict(source, first, check.Next - 1, check.Chain, check.Links, ledger?.Tasks, ledger?.Events ?? 0, tombstones, fault);
        }
        finally
        {
            await done.CancelAsync();
            await ((Task)duplicate).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static List<NotedHead> Noted(LogSource source, VerifyRequest request)
    {
        var noted = new List<NotedHead> { new(source.Next - 1, source.Chain, "the source") };
        if (request.Head is { } head)
            noted.Add(head);
        return noted;
    }

    private const string AnchorSql = """
        select first_position, event_count, chain from eventhistory.event_segment
         where source_id = $1 and first_position <= $2 order by first_position desc limit 2
        """;

    // The link before the segment that holds a position, and where that segment begins
    private async Task<(long First, byte[] Link)> Anchor(LogSource source, long from, CancellationToken ct)
    {
        await using var command = database.CreateCommand(AnchorSql);
        command.Parameters.Add(new() { Value = source.Id });
        command.Parameters.Add(new() { Value = from });
        await using var rows = await command.ExecuteReaderAsync(ct);
        while (from > source.First && await rows.ReadAsync(ct))
        {
            var next = rows.GetInt64(0) + rows.GetInt32(1);
            if (next <= from)
                return (next, rows.GetFieldValue<byte[]>(2));
        }
        return (source.First, source.FirstChain);
    }

    private async Task<LogFault?> Follow(LogSource source, ChainCheck check, long last, TaskLedger? ledger, PrunedTasks? pruned, CancellationToken ct)
    {
        var first = check.Next;
        await foreach (var segment in _reader.Read(source.Id, first, last, ct))
        {
            await _types.Fetch(segment, ct);
            if (check.Add(segment) is { } fault)
                return fault;
            var events = check.Events;
            for (var i = 0; i < events.Length; i++)
            {
                var (e, position) = (events[i], check.Positions[i]);
                if (e.Kind.IsTask() && e.TaskId is { } task && position < source.Next // merged meanwhile, a segment may reach over the head
                    && pruned?.Contains(task.Key, position) != true)
                {
                    ledger?.AddEvent(task.Key, position);
                }
            }
            report(new WorkProgress($"log of {source.Name}", check.Next - first, last + 1 - first));
        }
        return null;
    }

    // The accounts tell only in which range they differ: that one is read once more, both sides of it
    private async Task<LogFault?> Differences(LogSource source, TaskLedger ledger, PrunedTasks? pruned, CancellationToken ct)
    {
        var story = ledger.LongStoryFault();
        if (ledger.Difference() is not { } range)
            return story;
        var fault = TaskLedger.Explain(await Events(source, range.First, range.Last, pruned, ct), await TaskRows.Listed(database, source.Id, range.First, range.Last, ct))
            ?? new LogFault(range.First, $"Between positions {range.First} and {range.Last} the rows of the tasks do not list what the log has");
        return story is null || fault.Position < story.Position ? fault : story;
    }

    private async Task<List<(long, TaskId)>> Events(LogSource source, long first, long last, PrunedTasks? pruned, CancellationToken ct)
    {
        var events = new List<(long, TaskId)>();
        var slices = new List<ReadOnlyMemory<byte>>();
        var decoded = new List<CeleryEvent>();
        await foreach (var segment in _reader.Read(source.Id, first, last, ct))
        {
            slices.Clear();
            SegmentReader.Split(segment.Body, segment.Left, slices);
            for (var i = segment.IndexFrom(Math.Max(first, segment.From)); i < slices.Count && segment.PositionOf(i) is var position && position <= last; i++)
            {
                decoded.Clear();
                EventDecoder.Decode(slices[i], decoded);
                if (decoded[0].Kind.IsTask() && decoded[0].TaskId is { } task && pruned?.Contains(task.Key, position) != true)
                    events.Add((position, task));
            }
        }
        return events;
    }
}
