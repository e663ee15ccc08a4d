using EventHistory.Core.Celery;
using EventHistory.Core.Queries;
using EventHistory.Core.Workers;
using EventHistory.Store;
using Npgsql;
using NpgsqlTypes;

namespace EventHistory.Queries;

/// <summary>Questions about workers.</summary>
internal sealed class WorkerQueries(NpgsqlDataSource database)
{
    /// <summary>Per worker: enough for its 20 latest lives, however often it lost its broker.</summary>
    private const int MaxMarks = 200;
    private const int MaxIncarnations = 20;

    private const string WorkersSql = """
        select w.host_id, l.value, w.first_seen, w.last_seen, w.last_heard, w.pid, w.freq, w.active, w.processed, w.load_average,
               w.software, w.software_version, w.software_system, count(*) over ()
          from eventhistory.worker w join eventhistory.label l on l.id = w.host_id
         where $2::uuid is null or l.digest = $2
         order by w.last_heard desc, l.value
         limit $1
        """;

    /// <summary>The workers heard most recently, in that order.</summary>
    public async Task<WorkerList> List(int limit, DateTime now, CancellationToken ct)
    {
        await using var connection = await database.OpenConnectionAsync(ct);
        await using var snapshot = await QuerySnapshot.Begin(connection, ct);
        var (workers, total) = await Workers(connection, limit, named: null, ct);
        return new(await Views(connection, workers, now, ct), total);
    }

    /// <param name="hostname">Its node name.</param>
    /// <param name="query">What its series covers.</param>
    /// <param name="now">UTC.</param>
    /// <param name="ct">Stop.</param>
    /// <returns>Null when it was never heard.</returns>
    public async Task<WorkerDetail?> Find(string hostname, WorkerQuery query, DateTime now, CancellationToken ct)
    {
        await using var connection = await database.OpenConnectionAsync(ct);
        await using var snapshot = await QuerySnapshot.Begin(connection, ct);
        var (workers, _) = await Workers(connection, 1, Labels.Digest(JsonText.Storable(hostname)), ct);
        if (workers is not [var worker])
            return null;
        var range = query.RangeOf(worker.View.LastSeen);
        var bucket = WorkerQuery.BucketOf(range);
        return new WorkerDetail((await Views(connection, workers, now, ct))[0], range, bucket, await WorkerSeries.Read(connection, worker.Host, range, bucket, ct));
    }

    private static async Task<List<WorkerView>> Views(NpgsqlConnection connection, List<StoredWorker> workers, DateTime now, CancellationToken ct)
    {
        var marks = await Marks(connection, [.. workers.Select(w => w.Host)], ct);
        var lives = workers.SelectMany(w => Lives(w, marks[w.Host])).ToList();
        var beats = await LastBeats(connection, lives, ct);
        var livesOf = lives.ToLookup(life => life.Host);
        return workers.ConvertAll(w => View(w, [.. livesOf[w.Host]], beats, now));
    }

    /// <param name="named">Only the one whose name has this digest.</param>
    private static async Task<(List<StoredWorker> Workers, long Total)> Workers(NpgsqlConnection connection, int limit, Guid? named, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(WorkersSql, connection)
        {
            CommandTimeout = QueryFault.TimeLimit,
            Parameters = { new() { Value = limit }, new() { Value = (object?)named ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Uuid } },
        };
        await using var rows = await command.ExecuteReaderAsync(ct);
        var workers = new List<StoredWorker>();
        long total = 0;
        while (await rows.ReadAsync(ct))
        {
            total = rows.GetInt64(13);
            workers.Add(new StoredWorker(rows.GetInt32(0), new WorkerView
            {
                Hostname = rows.GetString(1),
                Status = "",
                FirstSeen = rows.GetDateTime(2),
                LastSeen = rows.GetDateTime(3),
                LastHeard = rows.GetDateTime(4),
                Pid = TaskRecord.Value<int>(rows, 5),
                Freq = TaskRecord.Value<double>(rows, 6),
                Active = TaskRecord.Value<int>(rows, 7),
                Processed = TaskRecord.Value<long>(rows, 8),
                LoadAverage = rows.IsDBNull(9) ? null : rows.GetFieldValue<double[]>(9),
                Software = TaskRecord.Text(rows, 10),
                SoftwareVersion = TaskRecord.Text(rows, 11),
                SoftwareSystem = TaskRecord.Text(rows, 12),
                Incarnations = [],
            }));
        }
        return (workers, total);
    }

    private const string MarksSql = """
        select host, m.at, m.online, m.pid, m.clock, m.fingerprint
          from unnest($1::int[]) host
         cross join lateral (
               select * from eventhistory.worker_mark m where m.host_id = host order by m.at desc limit $2) m
        """;

    private static async Task<ILookup<int, WorkerMark>> Marks(NpgsqlConnection connection, int[] hosts, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(MarksSql, connection)
        {
            CommandTimeout = QueryFault.TimeLimit,
            Parameters = { new() { Value = hosts }, new() { Value = MaxMarks } },
        };
        await using var rows = await command.ExecuteReaderAsync(ct);
        var marks = new List<(int Host, WorkerMark Mark)>();
        while (await rows.ReadAsync(ct))
        {
            var kind = rows.GetBoolean(2) ? EventKind.WorkerOnline : EventKind.WorkerOffline;
            marks.Add((rows.GetInt32(0), new WorkerMark(rows.GetDateTime(1), kind, rows.GetInt32(3), rows.GetInt64(4), (uint)rows.GetInt64(5))));
        }
        return marks.ToLookup(m => m.Host, m => m.Mark);
    }

    private static IEnumerable<Life> Lives(StoredWorker worker, IEnumerable<WorkerMark> marks)
    {
        var known = marks.ToList();
        var lives = Incarnation.Of(known, worker.View.FirstSeen, worker.View.Pid);
        return lives.Skip(known.Count == MaxMarks ? 1 : 0) // the start of the oldest lies before the marks that were read
            .Reverse().Take(MaxIncarnations).Select((life, age) => new Life(worker.Host, age, life));
    }

    private const string LastBeatsSql = """
        select life.number, m.at, m.processed
          from unnest($1::int[], $2::int[], $3::timestamptz[], $4::timestamptz[]) with ordinality life(host_id, pid, started, ended, number)
         cross join lateral (
               select m.at, m.processed from eventhistory.worker_minute m
                where m.host_id = life.host_id and m.pid = life.pid
                  and m.minute between date_trunc('minute', life.started) and coalesce(life.ended, 'infinity')
                order by m.minute desc limit 1) m
        """;

    private static async Task<Dictionary<Life, (DateTime At, long? Processed)>> LastBeats(
        NpgsqlConnection connection, List<Life> lives, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(LastBeatsSql, connection)
        {
            CommandTimeout = QueryFault.TimeLimit,
            Parameters =
            {
                new() { Value = lives.ConvertAll(l => l.Host) },
                new() { Value = lives.ConvertAll(l => l.Of.Pid) },
                new() { Value = lives.ConvertAll(l => l.Of.Started) },
                new() { Value = lives.ConvertAll(l => l.Of.Ended), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.TimestampTz },
            },
        };
        await using var rows = await command.ExecuteReaderAsync(ct);
        var beats = new Dictionary<Life, (DateTime, long?)>();
        while (await rows.ReadAsync(ct))
            beats[lives[(int)rows.GetInt64(0) - 1]] = (rows.GetDateTime(1), TaskRecord.Value<long>(rows, 2));
        return beats;
    }

    private static WorkerView View(StoredWorker worker, List<Life> lives, Dictionary<Life, (DateTime At, long? Processed)> beats, DateTime now)
    {
        var saidGoodbye = lives is [{ Of: { SaidGoodbye: true, Ended: { } ended } }, ..] && worker.View.LastSeen <= ended;
        var status = WorkerStatus.Of(worker.View.LastHeard, worker.View.Freq, saidGoodbye, now);
        return worker.View with
        {
            Status = status,
            Incarnations = lives.ConvertAll(life =>
            {
                var beat = beats.TryGetValue(life, out var found) ? found : default((DateTime At, long? Processed)?);
                var state = life.Age == 0 ? status : life.Of.SaidGoodbye ? WorkerStatus.Offline : WorkerStatus.Silent;
                return new IncarnationView(life.Of.Pid, life.Of.Started, beat?.At, life.Of.Ended, state, beat?.Processed);
            }),
        };
    }

    private const string NamesSql = """
        select l.value from eventhistory.worker w join eventhistory.label l on l.id = w.host_id order by w.last_heard desc, l.value limit $1
        """;

    /// <summary>Node names of the workers heard most recently.</summary>
    public async Task<IReadOnlyList<string>> Names(int limit, CancellationToken ct)
    {
        await using var command = database.CreateCommand(NamesSql);
        command.CommandTimeout = QueryFault.TimeLimit;
        command.Parameters.Add(new() { Value = limit });
        await using var rows = await command.ExecuteReaderAsync(ct);
        var names = new List<string>();
        while (await rows.ReadAsync(ct))
            names.Add(rows.GetString(0));
        return names;
    }

    private sealed record StoredWorker(int Host, WorkerView View);

    /// <param name="Age">0 for the latest life of its worker.</param>
    private sealed record Life(int Host, int Age, Incarnation Of);
}
