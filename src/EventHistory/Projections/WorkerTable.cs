using EventHistory.Core.Celery;
using EventHistory.Core.Workers;
using EventHistory.Store;
using Npgsql;
using NpgsqlTypes;

namespace EventHistory.Projections;

/// <summary>The tables <c>worker</c>, <c>worker_mark</c> and <c>worker_minute</c>: every merge is a minimum, a maximum or a union.</summary>
internal static class WorkerTable
{
    private const string WorkerSql = """
        insert into worker as w (host_id, source_id, first_seen, last_seen, last_heard)
        values ($1, $2, $3, $4, $5)
        on conflict (host_id) do update set
            first_seen = least(w.first_seen, excluded.first_seen),
            last_seen = greatest(w.last_seen, excluded.last_seen),
            last_heard = greatest(w.last_heard, excluded.last_heard)
        """;

    private const string BeatSql = """
        update worker set
            pid = $2, beat_at = $3, beat_clock = $4, beat_fingerprint = $5, active = $6, processed = $7, load_average = $8,
            freq = $9, software = $10, software_version = $11, software_system = $12
         where host_id = $1
           and (beat_at is null or (processed is not null, beat_at, beat_clock, beat_fingerprint) < ($7::bigint is not null, $3, $4, $5))
        """;

    private const string MinuteSql = """
        insert into worker_minute as m (host_id, pid, at, clock, fingerprint, active, processed, load_average, minute)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        on conflict (host_id, minute, pid) do update set
            at = excluded.at, clock = excluded.clock, fingerprint = excluded.fingerprint,
            active = excluded.active, processed = excluded.processed, load_average = excluded.load_average
         where (m.processed is not null, m.at, m.clock, m.fingerprint)
             < (excluded.processed is not null, excluded.at, excluded.clock, excluded.fingerprint)
        """;

    private const string MarkSql = """
        insert into worker_mark (host_id, at, online, pid, clock, fingerprint)
        values ($1, $2, $3, $4, $5, $6) on conflict do nothing
        """;

    /// <summary>The commands that merge in what a batch told of its workers.</summary>
    public static IEnumerable<NpgsqlBatchCommand> Write(int sourceId, IEnumerable<WorkerFold> workers, Labels labels)
    {
        foreach (var worker in workers)
        {
            var host = new NpgsqlParameter<int> { TypedValue = labels[worker.Hostname] };
            yield return Command(WorkerSql, host, Value(sourceId), Value(worker.FirstAt), Value(worker.LastAt), Value(worker.HeardAt));
            if (worker.LastBeat is { } last)
            {
                yield return Command(BeatSql, [host.Clone(), .. Beat(last), Null(last.Freq, NpgsqlDbType.Double), Null(last.Software, NpgsqlDbType.Text),
                    Null(last.SoftwareVersion, NpgsqlDbType.Text), Null(last.SoftwareSystem, NpgsqlDbType.Text)]);
            }
            foreach (var ((_, minute), beat) in worker.Minutes)
                yield return Command(MinuteSql, [host.Clone(), .. Beat(beat), Value(minute)]);
            foreach (var mark in worker.Marks)
            {
                yield return Command(MarkSql, host.Clone(), Value(mark.At), Value(mark.Kind == EventKind.WorkerOnline), Value(mark.Pid),
                    Value(mark.Clock), Value((long)mark.Fingerprint));
            }
        }
    }

    private static NpgsqlParameter[] Beat(WorkerBeat beat) =>
    [
        Value(beat.Pid),
        Value(beat.At),
        Value(beat.Clock),
        Value((long)beat.Fingerprint),
        Null(beat.Active, NpgsqlDbType.Integer),
        Null(beat.Processed, NpgsqlDbType.Bigint),
        Null(beat.LoadAverage, NpgsqlDbType.Array | NpgsqlDbType.Double),
    ];

    private static NpgsqlParameter<T> Value<T>(T value) => new() { TypedValue = value };

    private static NpgsqlParameter Null(object? value, NpgsqlDbType type) => new() { Value = value ?? DBNull.Value, NpgsqlDbType = type };

    private static NpgsqlBatchCommand Command(string sql, params NpgsqlParameter[] parameters)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var parameter in parameters)
            command.Parameters.Add(parameter);
        return command;
    }
}
