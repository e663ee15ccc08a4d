using EventHistory.Core.Watching;
using EventHistory.Jobs;
using EventHistory.Settings;
using EventHistory.Store;
using Npgsql;
using NpgsqlTypes;

namespace EventHistory.Watching;

/// <summary>Finds the tasks that are stuck (<see cref="StuckRules"/>), and closes the findings about those that are not any more.</summary>
internal sealed class StuckSearch(NpgsqlDataSource database, Findings findings, UsualTable usual, EventHistorySettings settings) : IScheduledWork
{
    private const int Page = 5000;

    /// <summary>More tell nobody more; what is over makes room.</summary>
    private const int MostOpen = 50_000;

    /// <summary>How many open tasks of a state a run looks at; the next one goes on behind them.</summary>
    private const int MostPages = 40;

    private readonly StuckLimits _limits = new(settings.Stuck.NeverReceived, settings.Stuck.Prefetched, settings.Stuck.EtaOverdue, settings.Stuck.Retry,
        settings.Stuck.Running, settings.Stuck.RunningFactor);

    private static readonly DateTime _latest = DateTime.SpecifyKind(DateTime.MaxValue, DateTimeKind.Utc);

    private readonly Dictionary<string, (DateTime FirstSeen, Guid Key)> _goOn = [];

    public string Name => "find-stuck";

    public async Task<WorkDone> Run(Action<WorkProgress> report, CancellationToken ct)
    {
        var around = new Surroundings(await RecordedSources.Load(database, ct), await WorkerSigns.Load(database, ct));
        var (kept, resolved) = await LookAgain(around, report, ct);
        var found = 0;
        foreach (var (state, soonest) in Soonest())
            found += await Search(state, soonest, around, MostOpen - kept - found, report, ct);
        await findings.Forget(ct);
        return WorkDone.Of(("found", found), ("resolved", resolved), ("open", kept + found));
    }

    // States of tasks that can be stuck, and the shortest time after which they may be
    private IEnumerable<(string State, TimeSpan Soonest)> Soonest() =>
    [
        ("PENDING", _limits.NeverReceived),
        ("RECEIVED", _limits.EtaOverdue < _limits.Prefetched ? _limits.EtaOverdue : _limits.Prefetched),
        ("STARTED", _limits.Running < WorkerSign.Patience ? _limits.Running : WorkerSign.Patience),
        ("RETRY", _limits.Retry),
    ];

    private const string TaskColumns =
        "t.source_id, t.key, t.id, t.state, t.state_at, t.sent, t.received, t.started, t.retried, t.eta, t.worker_pid, t.clock, t.name_id, t.queue_id, t.worker_id, t.first_seen";

    private const string CandidatesSql = $"""
        select {TaskColumns}
          from eventhistory.task t
          join unnest($1::int[], $2::timestamptz[]) recorded(source_id, upto) on recorded.source_id = t.source_id
         where t.settled = 'infinity' and t.state = $3 and t.state_at < recorded.upto - $4::interval and (t.first_seen, t.key) < ($5, $6)
           and not exists (select from eventhistory.finding f where f.source_id = t.source_id and f.task_key = t.key and f.resolved_at is null)
         order by t.first_seen desc, t.key desc
         limit $7
        """;

    // The latest first: what has been stuck for months has been found, or will be by one of the next runs
    private async Task<int> Search(string state, TimeSpan soonest, Surroundings around, int room, Action<WorkProgress> report, CancellationToken ct)
    {
        var found = 0;
        for (var page = 0; page < MostPages && found < room; page++)
        {
            var from = _goOn.TryGetValue(state, out var place) ? place : (FirstSeen: _latest, Key: Guid.Empty);
            await using var command = database.CreateCommand(CandidatesSql);
            command.Parameters.Add(new() { Value = around.Recorded.Keys.ToArray() });
            command.Parameters.Add(new() { Value = around.Recorded.Values.ToArray() });
            command.Parameters.Add(new() { Value = state });
            command.Parameters.Add(new() { Value = soonest });
            command.Parameters.Add(new() { Value = from.FirstSeen, NpgsqlDbType = NpgsqlDbType.TimestampTz });
            command.Parameters.Add(new() { Value = from.Key });
            command.Parameters.Add(new() { Value = Page });
            var candidates = await Read(command, column: 0, ct);
            var judged = await Judge(candidates, around, ct);
            found += await findings.Add([.. judged.Where(j => j.Verdict is not null).Take(room - found).Select(j => j.Task.Found(j.Verdict!))], ct);
            report(new($"open tasks, {state}", ((long)page * Page) + candidates.Count, 0));
            if (candidates.Count < Page)
            {
                _goOn.Remove(state);
                break;
            }
            _goOn[state] = (candidates[^1].FirstSeen, candidates[^1].Key);
        }
        return found;
    }

    private const string OpenSql = $"""
        select f.id, f.kind, f.source_id, f.task_key, {TaskColumns}
          from (select * from eventhistory.finding where resolved_at is null and task_key is not null and id > $1 order by id limit $2) f
          left join eventhistory.task_open t on t.source_id = f.source_id and t.key = f.task_key
         order by f.id
        """;

    /// <returns>How many findings stay open, and how many are over.</returns>
    private async Task<(int Kept, int Resolved)> LookAgain(Surroundings around, Action<WorkProgress> report, CancellationToken ct)
    {
        var (kept, resolved, after) = (0, 0, 0L);
        while (true)
        {
            await using var command = database.CreateCommand(OpenSql);
            command.Parameters.Add(new() { Value = after });
            command.Parameters.Add(new() { Value = Page });
            var open = await ReadOpen(command, ct);
            var (over, changed) = await Compare(open, around, ct);
            resolved += await findings.Resolve(over, ct);
            await findings.Add(changed, ct);
            kept += open.Count - over.Count + changed.Count;
            report(new("findings", kept + resolved, 0));
            if (open.Count < Page)
                return (kept, resolved);
            after = open[^1].Id;
        }
    }

    // What is over, and what is stuck in another way now
    private async Task<(List<(long Id, string Resolution)> Over, List<FoundTask> Changed)> Compare(List<OpenFinding> open, Surroundings around, CancellationToken ct)
    {
        var (over, changed) = (new List<(long, string)>(), new List<FoundTask>());
        var finished = await StatesOf([.. open.Where(f => f.Task is null)], ct);
        var gone = open.Where(f => f.Task is null && !finished.ContainsKey(f.Id)).Select(f => f.Id).ToArray();
        await findings.Remove(gone, ct);
        over.AddRange(finished.Select(f => (f.Key, $"It ended as {f.Value}.")));
        over.AddRange(gone.Select(id => (id, ""))); // not there any more: counted, nothing to resolve
        var still = open.Where(f => f.Task is not null && around.Recorded.ContainsKey(f.SourceId)).ToList();
        foreach (var ((task, verdict), finding) in (await Judge(still.ConvertAll(f => f.Task!), around, ct)).Zip(still))
        {
            if (verdict?.Kind == finding.Kind)
                continue;
            over.Add((finding.Id, verdict is null ? $"It went on: it is {task.Open.State}." : $"It is {verdict.Kind} now."));
            if (verdict is not null)
                changed.Add(task.Found(verdict));
        }
        return (over, changed);
    }

    private const string StatesSql = """
        select f.id, t.state from unnest($1::bigint[], $2::int[], $3::uuid[]) f(id, source_id, task_key)
         cross join lateral (select state from eventhistory.task t where t.key = f.task_key and t.source_id = f.source_id limit 1) t
        """;

    private async Task<Dictionary<long, string>> StatesOf(List<OpenFinding> of, CancellationToken ct)
    {
        var states = new Dictionary<long, string>();
        if (of.Count == 0)
            return states;
        await using var command = database.CreateCommand(StatesSql);
        command.Parameters.Add(new() { Value = of.ConvertAll(f => f.Id) });
        command.Parameters.Add(new() { Value = of.ConvertAll(f => f.SourceId) });
        command.Parameters.Add(new() { Value = of.ConvertAll(f => f.Key) });
        await using var rows = await command.ExecuteReaderAsync(ct);
        while (await rows.ReadAsync(ct))
            states[rows.GetInt64(0)] = rows.GetString(1);
        return states;
    }

    private async Task<List<(StoredTask Task, StuckTask? Verdict)>> Judge(List<StoredTask> tasks, Surroundings around, CancellationToken ct)
    {
        var known = await usual.Of(tasks.Where(t => t.NameId is not null && t.Open.State is "STARTED" or "RECEIVED").Select(t => (t.SourceId, t.NameId!.Value)), ct);
        return tasks.ConvertAll(task => (task, StuckRules.Judge(task.Open,
            task.WorkerId is { } host && around.Workers.TryGetValue(host, out var worker) ? worker.Sign : null,
            task.NameId is { } name && known.TryGetValue((task.SourceId, name), out var times) ? times : UsualTimes.Unknown,
            _limits, around.Recorded[task.SourceId])));
    }

    private static async Task<List<StoredTask>> Read(NpgsqlCommand command, int column, CancellationToken ct)
    {
        await using var rows = await command.ExecuteReaderAsync(ct);
        var tasks = new List<StoredTask>();
        while (await rows.ReadAsync(ct))
            tasks.Add(Read(rows, column));
        return tasks;
    }

    private static async Task<List<OpenFinding>> ReadOpen(NpgsqlCommand command, CancellationToken ct)
    {
        await using var rows = await command.ExecuteReaderAsync(ct);
        var open = new List<OpenFinding>();
        while (await rows.ReadAsync(ct))
            open.Add(new(rows.GetInt64(0), rows.GetString(1), rows.GetInt32(2), rows.GetGuid(3), rows.IsDBNull(4) ? null : Read(rows, 4)));
        return open;
    }

    private static StoredTask Read(NpgsqlDataReader row, int column)
    {
        DateTime? Time(int at) => row.IsDBNull(column + at) ? null : row.GetDateTime(column + at);
        int? Number(int at) => row.IsDBNull(column + at) ? null : row.GetInt32(column + at);
        string? Text(int at) => row.IsDBNull(column + at) ? null : row.GetString(column + at);
        var open = new OpenTask(row.GetString(column + 3), row.GetDateTime(column + 4), Time(5), Time(6), Time(7), Time(8), OpenTask.TimeOf(Text(9)),
            Number(10), row.GetInt64(column + 11));
        return new StoredTask(row.GetInt32(column), row.GetGuid(column + 1), Text(2), open, Number(12), Number(13), Number(14), row.GetDateTime(column + 15));
    }

    private sealed record StoredTask(int SourceId, Guid Key, string? OddId, OpenTask Open, int? NameId, int? QueueId, int? WorkerId, DateTime FirstSeen)
    {
        public FoundTask Found(StuckTask verdict) => new(verdict.Kind, verdict.Since, SourceId, Key, OddId, Open.State, NameId, QueueId, WorkerId);
    }

    /// <param name="Task">Null: it is not open.</param>
    private sealed record OpenFinding(long Id, string Kind, int SourceId, Guid Key, StoredTask? Task);

    private sealed record Surroundings(Dictionary<int, DateTime> Recorded, Dictionary<int, (int SourceId, WorkerSign Sign)> Workers);
}
