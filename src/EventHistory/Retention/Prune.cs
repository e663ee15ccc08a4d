using EventHistory.Core.Retention;
using EventHistory.Store;
using Npgsql;

namespace EventHistory.Retention;

/// <summary>
/// Applies a retention policy: chooses the tasks that go (<see cref="GoingTasks"/>), takes them out partition by partition
/// (<see cref="TaskPrune"/>), then their events out of the log day by day (<see cref="LogPrune"/>), then what else became too old
/// (<see cref="AgedRows"/>). Each step is complete in itself; recording and questions go on.
/// </summary>
internal sealed class Prune(NpgsqlDataSource database)
{
    private const string BeginSql = "select eventhistory.begin_prune()";
    private const string EndSql = "select eventhistory.end_prune()";

    private const string OtherBytesSql = """
        select coalesce(sum(pg_catalog.pg_total_relation_size(c.oid)), 0)::bigint from pg_catalog.pg_class c
         where c.relnamespace = 'eventhistory'::regnamespace and c.relkind = 'r' and c.relname !~ '^(task|event_segment)_[0-9]{8}$'
        """;

    /// <summary>What would go; nothing does.</summary>
    /// <exception cref="StartException">Another prune, or a rebuild, is running.</exception>
    public async Task<PrunePreview> Preview(RetentionPolicy policy, DateTime now, CancellationToken ct)
    {
        await using var session = await PruneSession.Open(database, ct);
        var logDays = await DayPartition.All(session, "event_segment", ct);
        var going = await Choose(session, policy, now, logDays, ct);
        var days = new List<PrunedDay>();
        var shares = new OrderedDictionary<string, (long Rows, double Bytes)>();
        for (var i = 0; i < going.Partitions.Count; i++)
        {
            if (!going.Going.TryGetValue(going.Partitions[i].Day, out var limits))
                continue;
            var partition = going.Partitions[i];
            var (rows, leaves) = (going.Tasks[i], limits.Sum(limit => limit.Tasks));
            days.Add(new PrunedDay(partition.Day, rows, leaves, Text(PruneDecision.OfTasks(rows, leaves))));
            var bytesPerTask = (partition.Bytes + logDays.Where(l => l.Day == partition.Day).Sum(l => l.Bytes)) / (double)Math.Max(1, rows);
            foreach (var (why, tasks) in limits)
            {
                var (before, bytes) = shares.GetValueOrDefault(why);
                shares[why] = (before + tasks, bytes + (tasks * bytesPerTask));
            }
        }
        IReadOnlyList<PruneShare> all = [.. shares.Select(s => new PruneShare(s.Key, s.Value.Rows, (long)s.Value.Bytes)), .. await AgedRows.Count(session, policy, now, ct)];
        return new PrunePreview(days.Sum(day => day.Going), going.Tasks.Sum(), all.Sum(share => share.Bytes), all, days);
    }

    /// <param name="report">Is told after each step how far it is.</param>
    /// <exception cref="StartException">Another prune, or a rebuild, is running.</exception>
    /// <exception cref="TimeoutException">A table was in use all the time; what is done stays done.</exception>
    public async Task<PruneResult> Run(RetentionPolicy policy, DateTime now, Action<WorkProgress> report, CancellationToken ct)
    {
        await using var session = await PruneSession.Open(database, ct);
        await session.Patiently(BeginSql, ct);
        var text = RetentionPolicyJson.Write(policy);
        var going = await Choose(session, policy, now, await DayPartition.All(session, "event_segment", ct), ct);
        var result = new PruneResult();
        if (going.Going.Count > 0)
            result += await Tasks(session, going, text, now, report, ct);
        result += await Log(session, policy, text, now, report, ct);
        result = result with { Other = await AgedRows.Delete(session, policy, text, now, ct) };
        await session.Patiently(EndSql, ct);
        return result with { LongestLock = session.LongestLock };
    }

    private static async Task<GoingTasks> Choose(PruneSession session, RetentionPolicy policy, DateTime now, IReadOnlyList<DayPartition> logDays, CancellationToken ct)
    {
        var going = new GoingTasks(session, policy, now);
        await going.Choose(logDays, policy.MaxBytes is null ? 0 : await session.Ask<long>(OtherBytesSql, ct), ct);
        return going;
    }

    private static async Task<PruneResult> Tasks(PruneSession session, GoingTasks going, string policy, DateTime now, Action<WorkProgress> report, CancellationToken ct)
    {
        var total = going.Going.Values.Sum(day => day.Sum(limit => limit.Tasks));
        var log = await LogDays.Read(session, going.Partitions.Last(p => going.Going.ContainsKey(p.Day)).To, ct);
        var prune = new TaskPrune(session, going, log, policy, now);
        var result = new PruneResult();
        var done = 0L;
        foreach (var partition in going.Partitions.Where(p => going.Going.ContainsKey(p.Day)))
        {
            report(new WorkProgress("Pruning tasks", done, total));
            var (tasks, bytes) = await prune.Run(partition, ct);
            result += new PruneResult { Tasks = tasks, BytesFreed = bytes };
            done += going.Going[partition.Day].Sum(limit => limit.Tasks);
        }
        report(new WorkProgress("Pruning tasks", done, total));
        return result;
    }

    private async Task<PruneResult> Log(PruneSession session, RetentionPolicy policy, string text, DateTime now, Action<WorkProgress> report, CancellationToken ct)
    {
        var prune = new LogPrune(session, database, policy, now);
        var result = new PruneResult();
        var days = await prune.Days(ct);
        foreach (var (partition, number) in days.Select((day, number) => (day, number)))
        {
            var read = 0L;
            var (events, bytes) = await prune.Run(partition, text,
                segment => report(new WorkProgress($"Pruning the log, day {number + 1} of {days.Count}", read += segment, 0)), ct);
            result += new PruneResult { Events = events, BytesFreed = bytes };
        }
        return result;
    }

    private static string Text(PartitionFate fate) => fate switch
    {
        PartitionFate.Dropped => "dropped",
        PartitionFate.Rewritten => "rewritten",
        _ => "loses-rows",
    };
}

/// <summary>What a prune did.</summary>
internal sealed record PruneResult
{
    public long Tasks { get; init; }

    /// <summary>Of the log.</summary>
    public long Events { get; init; }

    public long BytesFreed { get; init; }

    /// <summary>See <see cref="PruneSession.LongestLock"/>.</summary>
    public TimeSpan LongestLock { get; init; }

    /// <summary>By limit, rows of what is no task.</summary>
    public IReadOnlyDictionary<string, long> Other { get; init; } = new Dictionary<string, long>();

    public static PruneResult operator +(PruneResult a, PruneResult b) =>
        new() { Tasks = a.Tasks + b.Tasks, Events = a.Events + b.Events, BytesFreed = a.BytesFreed + b.BytesFreed };
}
