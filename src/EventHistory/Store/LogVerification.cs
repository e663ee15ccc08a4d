using System.Data;
using EventHistory.Core.Celery;
using EventHistory.Core.Log;
using Npgsql;

namespace EventHistory.Store;

/// <summary>
/// Proves logs as they were when the proof began; recording may go on. The rows of the tasks are read first, in the same
/// snapshot as the heads. The log itself needs no snapshot: below its head nothing changes but where segments begin.
/// </summary>
internal sealed class LogVerification(NpgsqlDataSource database, Action<WorkProgress> report)
{
    private readonly LogReader _reader = new(database);
    private readonly TypeNames _types = new(database);

    /// <exception cref="StartException">The request does not fit what there is; exit code 2.</exception>
    public async Task<IReadOnlyList<LogVerdict>> Run(VerifyRequest request, CancellationToken ct)
    {
        var (sources, ledgers, faults) = await Snapshot(request, ct);
        var verdicts = new List<LogVerdict>();
        foreach (var source in sources)
            verdicts.Add(await Verify(source, request, ledgers?[source.Id], faults?.GetValueOrDefault(source.Id), ct));
        return verdicts;
    }

    private async Task<(List<LogSource>, Dictionary<int, TaskLedger>?, Dictionary<int, LogFault>?)> Snapshot(VerifyRequest request, CancellationToken ct)
    {
        await using var connection = await database.OpenConnectionAsync(ct);
        await using var snapshot = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, ct);
        var sources = request.Choose(await LogSource.All(connection, ct));
        if (!request.ComparesTasks)
            return (sources, null, null);
        var ledgers = sources.ToDictionary(s => s.Id, s => new TaskLedger(s.First, s.Reflected, s.Next));
        return (sources, ledgers, await TaskRows.Enter(connection, ledgers, report, ct));
    }

    private async Task<LogVerdict> Verify(LogSource source, VerifyRequest request, TaskLedger? ledger, LogFault? rows, CancellationToken ct)
    {
        using var done = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var duplicate = ledger is null ? Task.FromResult<LogFault?>(null) : TaskRows.Duplicate(database, source.Id, done.Token); // beside the log
        try
        {
            var (first, link) = await Anchor(source, request.From ?? source.First, ct);
            var last = request.To ?? source.Next - 1;
            var check = new ChainCheck(first, link, type => _types[type]) { Noted = Noted(source, request) };
            var fault = await Follow(source, check, last, ledger, ct) ?? check.End(last);
            if (fault is null && ledger is not null)
                fault = rows ?? await Differences(source, ledger, ct) ?? await duplicate;
            return new LogVerdict(source, first, check.Next - 1, check.Chain, check.Links, ledger?.Tasks, ledger?.Events ?? 0, fault);
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

    private async Task<LogFault?> Follow(LogSource source, ChainCheck check, long last, TaskLedger? ledger, CancellationToken ct)
    {
        var first = check.Next;
        await foreach (var segment in _reader.Read(source.Id, first, last, ct))
        {
            await _types.Fetch(segment, ct);
            var position = check.Next;
            if (check.Add(segment) is { } fault)
                return fault;
            foreach (var e in check.Events)
            {
                if (e.Kind.IsTask() && e.TaskId is { } task && position < source.Next) // merged meanwhile, a segment may reach over the head
                    ledger?.AddEvent(task.Key, position);
                position++;
            }
            report(new WorkProgress($"log of {source.Name}", check.Next - first, last + 1 - first));
        }
        return null;
    }

    // The accounts tell only in which range they differ: that one is read once more, both sides of it
    private async Task<LogFault?> Differences(LogSource source, TaskLedger ledger, CancellationToken ct)
    {
        var story = ledger.LongStoryFault();
        if (ledger.Difference() is not { } range)
            return story;
        var fault = TaskLedger.Explain(await Events(source, range.First, range.Last, ct), await TaskRows.Listed(database, source.Id, range.First, range.Last, ct))
            ?? new LogFault(range.First, $"Between positions {range.First} and {range.Last} the rows of the tasks do not list what the log has");
        return story is null || fault.Position < story.Position ? fault : story;
    }

    private async Task<List<(long, TaskId)>> Events(LogSource source, long first, long last, CancellationToken ct)
    {
        var events = new List<(long, TaskId)>();
        var slices = new List<ReadOnlyMemory<byte>>();
        var decoded = new List<CeleryEvent>();
        await foreach (var segment in _reader.Read(source.Id, first, last, ct))
        {
            slices.Clear();
            SegmentReader.Split(segment.Body, segment.Count, slices);
            for (var position = Math.Max(first, segment.From); position <= Math.Min(last, segment.LastPosition); position++)
            {
                decoded.Clear();
                EventDecoder.Decode(slices[(int)(position - segment.FirstPosition)], decoded);
                if (decoded[0].Kind.IsTask() && decoded[0].TaskId is { } task)
                    events.Add((position, task));
            }
        }
        return events;
    }
}
