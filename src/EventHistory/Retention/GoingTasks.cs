using EventHistory.Core.Retention;
using Npgsql;
using NpgsqlTypes;

namespace EventHistory.Retention;

/// <summary>
/// Which tasks go by a policy, in a temporary table of the session: what each limit says, then without workflows of which a task stays.
/// </summary>
internal sealed class GoingTasks(PruneSession session, RetentionPolicy policy, DateTime now)
{
    // minus and plus infinity, to the database
    private static readonly DateTime _none = DateTime.SpecifyKind(DateTime.MinValue, DateTimeKind.Utc);
    private static readonly DateTime _all = DateTime.SpecifyKind(DateTime.MaxValue, DateTimeKind.Utc);

    public const string TablesSql = """
        drop table if exists prune_going, prune_root, prune_child, prune_staying;
        create temporary table prune_going (source_id int not null, key uuid not null, settled timestamptz not null, root uuid, day date not null, why text not null);
        create temporary table prune_root (root uuid not null);
        create temporary table prune_child (source_id int not null, key uuid not null, root uuid not null);
        create temporary table prune_staying (root uuid not null)
        """;

    // Up to where rows show the log: all events of a task that was last recorded before are in its row
    private const string SourcesSql = """
        select s.id, s.reflected,
               coalesce((select coalesce(e.part_recorded_at[cardinality(e.part_recorded_at)], e.recorded_at) from eventhistory.event_segment e
                          where e.source_id = s.id and e.first_position < s.reflected order by e.first_position desc limit 1), '-infinity')
          from eventhistory.source s
        """;

    private IReadOnlyList<(int Id, long Before, DateTime Until)> _sources = [];

    public IReadOnlyList<DayPartition> Partitions { get; private set; } = [];

    /// <summary>How many finished tasks each partition has.</summary>
    public IReadOnlyList<long> Tasks { get; private set; } = [];

    /// <summary>By day and limit, how many go.</summary>
    public IReadOnlyDictionary<DateOnly, IReadOnlyList<(string Why, long Tasks)>> Going { get; private set; } = new Dictionary<DateOnly, IReadOnlyList<(string, long)>>();

    /// <summary>Of each source, the position below which rows showed all events when the choice was made.</summary>
    public IReadOnlyDictionary<int, long> Before => _sources.ToDictionary(s => s.Id, s => s.Before);

    /// <param name="logDays">The log, day by day.</param>
    /// <param name="otherBytes">What is neither task nor log takes on disk.</param>
    public async Task Choose(IReadOnlyList<DayPartition> logDays, long otherBytes, CancellationToken ct)
    {
        await session.Execute(TablesSql, ct);
        _sources = await session.Rows(SourcesSql, row => (row.GetInt32(0), row.GetInt64(1), DateTime.SpecifyKind(row.GetDateTime(2), DateTimeKind.Utc)), ct);
        Partitions = await DayPartition.All(session, "task", ct);
        var tasks = new List<long>();
        foreach (var partition in Partitions)
            tasks.Add(await partition.Count(session, ct));
        Tasks = tasks;

        var count = CountHorizon.Of(Tasks, policy.MaxTasks);
        var bytes = BytesHorizon.Of([.. Partitions.Select(p => (p.Day, p.Bytes + logDays.Where(l => l.Day == p.Day).Sum(l => l.Bytes)))], otherBytes, policy.MaxBytes);
        for (var i = 0; i < Partitions.Count; i++)
        {
            var cut = i < count.Days ? (_all, Guid.AllBitsSet)
                : i == count.Days && count.OfNext > 0 ? await Cut(Partitions[i], count.OfNext, ct)
                : (_none, Guid.Empty);
            await Add(Partitions[i], cut, bytes ?? _none, ct);
        }
        await KeepWorkflows(ct);
        Going = (await session.Rows(CountSql, row => (Day: row.GetFieldValue<DateOnly>(0), Why: row.GetString(1), Tasks: row.GetInt64(2)), ct))
            .GroupBy(row => row.Day).ToDictionary(day => day.Key, day => (IReadOnlyList<(string, long)>)[.. day.Select(row => (row.Why, row.Tasks))]);
    }

    private const string CountSql = "select g.day, g.why, count(*) from prune_going g group by g.day, g.why order by g.day, g.why";

    // The last one that goes
    private async Task<(DateTime Settled, Guid Key)> Cut(DayPartition partition, long tasks, CancellationToken ct) =>
        (await session.Rows($"select settled, key from eventhistory.{partition.Name} order by settled, key offset $1 limit 1",
            row => (row.GetDateTime(0), row.GetGuid(1)), ct, new NpgsqlParameter { Value = tasks - 1 })).FirstOrDefault((_none, Guid.Empty));

    private async Task Add(DayPartition partition, (DateTime Settled, Guid Key) cut, DateTime bytes, CancellationToken ct)
    {
        var ages = policy.LatestBefore(now) > partition.From && cut.Settled != _all ? await Ages(partition, ct) : [];
        if (cut.Settled == _none && bytes <= partition.From && ages.Count == 0)
            return;
        await session.Execute($"""
            insert into prune_going (source_id, key, settled, root, day, why)
            select t.source_id, t.key, t.settled, nullif(t.root_key, t.key), $1,
                   case when (t.settled, t.key) <= ($2, $3) then 'max_tasks' when t.settled < $4 then 'max_bytes' else 'max_age' end
              from eventhistory.{partition.Name} t
              join unnest($5::int[], $6::timestamptz[]) s(id, until) on s.id = t.source_id and t.settled <= s.until
              left join unnest($7::text[], $8::int[], $9::timestamptz[]) a(state, name_id, before) on a.state = t.state and a.name_id = coalesce(t.name_id, 0)
             where (t.settled, t.key) <= ($2, $3) or t.settled < $4 or t.settled < a.before
            """, ct,
            new() { Value = partition.Day },
            new() { Value = cut.Settled, NpgsqlDbType = NpgsqlDbType.TimestampTz },
            new() { Value = cut.Key },
            new() { Value = bytes, NpgsqlDbType = NpgsqlDbType.TimestampTz },
            new() { Value = _sources.Select(s => s.Id).ToArray() },
            Times(_sources.Select(s => s.Until)),
            new() { Value = ages.Select(a => a.State).ToArray() },
            new() { Value = ages.Select(a => a.NameId).ToArray() },
            Times(ages.Select(a => a.Before)));
    }

    // The rules are asked once for each state and name, not for each task
    private async Task<List<(string State, int NameId, DateTime Before)>> Ages(DayPartition partition, CancellationToken ct)
    {
        var groups = await session.Rows($"""
            select t.state, t.name_id, name.value
              from (select distinct state, coalesce(name_id, 0) as name_id from eventhistory.{partition.Name}) t
              left join eventhistory.label name on name.id = t.name_id
            """, row => (State: row.GetString(0), NameId: row.GetInt32(1), Name: row.IsDBNull(2) ? null : row.GetString(2)), ct);
        return [.. groups.Select(g => (g.State, g.NameId, Before: policy.Before(g.State, g.Name, now)))
            .Where(g => g.Before > partition.From).Select(g => (g.State, g.NameId, g.Before!.Value))];
    }

    private const string AnalyzeSql = """
        create index on prune_going (key);
        analyze prune_going;
        insert into prune_root select distinct coalesce(g.root, g.key) from prune_going g;
        create index on prune_root (root);
        analyze prune_root
        """;

    private const string PinnedSql = """
        insert into prune_staying
        select coalesce(t.root_key, t.key) from eventhistory.pin p join eventhistory.task t on t.key = p.key and t.source_id = p.source_id
        """;

    // a root that stays keeps those that came of it; one that goes, or was never recorded, does not
    private const string RootsSql = """
        insert into prune_staying
        select r.root
          from (select distinct g.root from prune_going g where g.root is not null and not exists (select from prune_going k where k.key = g.root)) r
         cross join lateral (select from eventhistory.task t where t.key = r.root limit 1) t
        """;

    private const string KeepSql = "delete from prune_going g using (select distinct root from prune_staying) s where s.root = coalesce(g.root, g.key)";

    private async Task KeepWorkflows(CancellationToken ct)
    {
        await session.Execute(AnalyzeSql, ct);
        var days = (await session.Rows("select distinct g.day from prune_going g", row => row.GetFieldValue<DateOnly>(0), ct)).ToHashSet();
        if (days.Count == 0)
            return;
        await session.Execute(PinnedSql, ct);
        await session.Execute(RootsSql, ct);
        foreach (var name in Partitions.Select(p => p.Name).Append("task_open"))
        {
            var loses = Partitions.Any(p => p.Name == name && days.Contains(p.Day));
            // apart, and counted: the planner takes nearly every task for another one's child
            await session.Execute($"""
                truncate prune_child;
                insert into prune_child select t.source_id, t.key, t.root_key from eventhistory.{name} t where t.root_key <> t.key;
                analyze prune_child
                """, ct);
            await session.Execute("insert into prune_staying select distinct c.root from prune_child c join prune_root r on r.root = c.root"
                + (loses ? " where not exists (select from prune_going g where g.key = c.key and g.source_id = c.source_id)" : ""), ct);
        }
        await session.Execute(KeepSql, ct);
    }

    private static NpgsqlParameter Times(IEnumerable<DateTime> times) => new() { Value = times.ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.TimestampTz };
}
