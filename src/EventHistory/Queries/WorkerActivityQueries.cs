using EventHistory.Core.Celery;
using EventHistory.Core.Coverage;
using EventHistory.Core.Workers;
using Npgsql;

namespace EventHistory.Queries;

/// <summary>
/// Compares what workers counted with what is in the log. Looks at coarse spans first, and again in finer ones where
/// something is missing or a process was restarted.
/// </summary>
internal static class WorkerActivityQueries
{
    /// <summary>Of one table for one answer; it decides how many workers can be compared.</summary>
    private const int MaxSpans = 50_000;
    private const int MaxLookedAtAgain = 50;
    private const int MaxMarks = 200;

    /// <param name="range">Recorded as a whole, unless something is missing.</param>
    /// <param name="settled">Counts given later are left alone: what was started before them may be on its way.</param>
    /// <returns>The check of every process, and whether these are all.</returns>
    public static async Task<(List<WorkerCheck> Checks, bool All)> Check(
        NpgsqlConnection connection, int source, Period range, DateTime settled, CancellationToken ct)
    {
        var tiles = CountSpan.Cover(range);
        var most = (int)(MaxSpans / tiles.Sum(tile => tile.Spans));
        var hosts = await Hosts(connection, source, range, most + 1, ct);
        var all = hosts.Count <= most;
        var names = hosts.Take(most).ToDictionary(h => h.Id, h => h.Name);
        var restarts = await Restarts(connection, [.. names.Keys], tiles, ct);

        var activity = new Activity();
        await Read(connection, [.. tiles.Select(tile => (tile, names.Keys.ToArray()))], settled, activity, ct);
        var checks = activity.ToDictionary(process => process.Key, process => Compare(process.Key));
        foreach (var _ in new[] { CountSpan.Day, CountSpan.Hour }) // looked at again in hours, then in minutes
        {
            var coarse = checks.SelectMany(check => check.Value.Coarse.Select(span => (check.Key, span))).Take(MaxLookedAtAgain).ToList();
            if (coarse.Count == 0)
                break;
            await LookAgain(connection, coarse, settled, activity, ct);
            foreach (var process in coarse.Select(c => c.Key).Distinct())
                checks[process] = Compare(process);
        }
        return ([.. checks.Values], all);

        WorkerCheck Compare(Process process) => WorkerCheck.Of(
            new WorkerProcess(names[process.Host], process.Pid, [.. activity[process].Values.OrderBy(span => span.Since)], [.. restarts[process]]));
    }

    private const string HostsSql = """
        select w.host_id, l.value
          from eventhistory.worker w join eventhistory.label l on l.id = w.host_id
         where w.source_id = $1 and w.last_seen >= $2 and w.first_seen < $3
         order by w.last_heard desc, w.host_id
         limit $4
        """;

    private static async Task<List<(int Id, string Name)>> Hosts(NpgsqlConnection connection, int source, Period range, int most, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(HostsSql, connection)
        {
            CommandTimeout = QueryFault.TimeLimit,
            Parameters = { new() { Value = source }, new() { Value = range.From }, new() { Value = range.To }, new() { Value = most } },
        };
        await using var rows = await command.ExecuteReaderAsync(ct);
        var hosts = new List<(int, string)>();
        while (await rows.ReadAsync(ct))
            hosts.Add((rows.GetInt32(0), rows.GetString(1)));
        return hosts;
    }

    // the last mark before the range tells whether the first one in it is a start or a reconnect
    private const string MarksSql = """
        select host, m.at, m.online, m.pid, m.clock, m.fingerprint
          from unnest($1::int[]) host
         cross join lateral (
               (select * from eventhistory.worker_mark m where m.host_id = host and m.at >= $2 and m.at < $3 order by m.at desc limit $4)
               union all
               (select * from eventhistory.worker_mark m where m.host_id = host and m.at < $2 order by m.at desc limit 1)) m
        """;

    /// <summary>When a process began anew under a process id that its node had before.</summary>
    private static async Task<ILookup<Process, DateTime>> Restarts(NpgsqlConnection connection, int[] hosts, IReadOnlyList<CountTile> tiles, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(MarksSql, connection)
        {
            CommandTimeout = QueryFault.TimeLimit,
            Parameters = { new() { Value = hosts }, new() { Value = tiles[0].Of.From }, new() { Value = tiles[^1].Of.To }, new() { Value = MaxMarks } },
        };
        await using var rows = await command.ExecuteReaderAsync(ct);
        var marks = new List<(int Host, WorkerMark Mark)>();
        while (await rows.ReadAsync(ct))
        {
            var kind = rows.GetBoolean(2) ? EventKind.WorkerOnline : EventKind.WorkerOffline;
            marks.Add((rows.GetInt32(0), new WorkerMark(rows.GetDateTime(1), kind, rows.GetInt32(3), rows.GetInt64(4), (uint)rows.GetInt64(5))));
        }
        return marks.GroupBy(m => m.Host, m => m.Mark)
            .SelectMany(host => Incarnation.Of(host, tiles[0].Of.From, null).Skip(1).Select(life => (Process: new Process(host.Key, life.Pid), life.Started)))
            .ToLookup(r => r.Process, r => r.Started);
    }

    private const string StartedSql = """
        select host_id, pid, since, started
          from eventhistory.worker_started where span = $1 and since >= $2 and since < $3 and host_id = any($4)
        """;

    private const string CountedSql = """
        select host_id, pid, since, first_at, first_processed, last_at, last_processed
          from eventhistory.worker_counted where span = $1 and since >= $2 and since < $3 and host_id = any($4)
        """;

    // one command for each stretch and table: joined to a list of stretches, the tables are read from end to end
    private static async Task Read(NpgsqlConnection connection, IReadOnlyList<(CountTile Tile, int[] Hosts)> tiles, DateTime settled,
        Activity activity, CancellationToken ct)
    {
        await using var batch = new NpgsqlBatch(connection) { Timeout = QueryFault.TimeLimit };
        foreach (var (tile, hosts) in tiles)
        {
            batch.BatchCommands.Add(Of(StartedSql, tile, hosts));
            batch.BatchCommands.Add(Of(CountedSql, tile, hosts));
        }
        await using var rows = await batch.ExecuteReaderAsync(ct);
        foreach (var (tile, _) in tiles)
        {
            while (await rows.ReadAsync(ct))
            {
                var since = rows.GetDateTime(2);
                activity.Of(rows.GetInt32(0), rows.GetInt32(1))[since] = new WorkerActivity(tile.Span, since, rows.GetInt64(3), null, null);
            }
            await rows.NextResultAsync(ct);
            while (await rows.ReadAsync(ct))
            {
                var (spans, since) = (activity.Of(rows.GetInt32(0), rows.GetInt32(1)), rows.GetDateTime(2));
                var started = spans.TryGetValue(since, out var seen) ? seen.Started : 0;
                var (first, last) = (new WorkerCount(rows.GetDateTime(3), rows.GetInt64(4)), new WorkerCount(rows.GetDateTime(5), rows.GetInt64(6)));
                spans[since] = new WorkerActivity(tile.Span, since, started, first, last.At > settled ? null : last);
            }
            await rows.NextResultAsync(ct);
        }
    }

    private static NpgsqlBatchCommand Of(string sql, CountTile tile, int[] hosts) => new(sql)
    {
        Parameters = { new() { Value = tile.Span }, new() { Value = tile.Of.From }, new() { Value = tile.Of.To }, new() { Value = hosts } },
    };

    /// <summary>Puts finer spans in the place of coarse ones.</summary>
    private static async Task LookAgain(
        NpgsqlConnection connection, IReadOnlyList<(Process Process, WorkerActivity Span)> coarse, DateTime settled, Activity activity, CancellationToken ct)
    {
        var tiles = coarse.GroupBy(c => c.Span.Of, c => c.Process.Host)
            .Select(c => (new CountTile(CountSpan.Finer((int)c.Key.Length.TotalSeconds), c.Key), c.Distinct().ToArray())).ToList();
        var finer = new Activity();
        await Read(connection, tiles, settled, finer, ct);
        foreach (var (process, span) in coarse)
        {
            activity[process].Remove(span.Since);
            foreach (var part in finer.Of(process.Host, process.Pid).Values.Where(part => part.Span < span.Span && part.Of.Overlaps(span.Of)))
                activity[process][part.Since] = part;
        }
    }

    private readonly record struct Process(int Host, int Pid);

    /// <summary>What is known of each process, by the start of its spans.</summary>
    private sealed class Activity : Dictionary<Process, Dictionary<DateTime, WorkerActivity>>
    {
        public Dictionary<DateTime, WorkerActivity> Of(int host, int pid)
        {
            if (!TryGetValue(new Process(host, pid), out var spans))
                Add(new Process(host, pid), spans = []);
            return spans;
        }
    }
}
