using EventHistory.Core.Coverage;
using EventHistory.Core.Tasks;
using EventHistory.Core.Workers;
using EventHistory.Store;
using Npgsql;

namespace EventHistory.Projections;

/// <summary>
/// The tables <c>worker_started</c> and <c>worker_counted</c>, which coverage compares: every merge is a sum, a minimum
/// or a maximum. One statement a batch each, whatever it holds.
/// </summary>
internal static class WorkerActivityTable
{
    private const string StartedSql = """
        insert into worker_started as w (span, since, host_id, pid, started)
        select * from unnest($1::int[], $2::timestamptz[], $3::int[], $4::int[], $5::bigint[])
        on conflict (span, since, host_id, pid) do update set started = w.started + excluded.started
        """;

    /// <summary>Counts <c>task-started</c> events that no earlier batch had.</summary>
    public static IEnumerable<NpgsqlBatchCommand> Started(IReadOnlyCollection<Stamp> newStarts, Labels labels) => Starts(StartedSql, newStarts, labels);

    private const string ErasedSql = """
        insert into erased_start as w (span, since, host_id, pid, started)
        select * from unnest($1::int[], $2::timestamptz[], $3::int[], $4::int[], $5::bigint[])
        on conflict (span, since, host_id, pid) do update set started = w.started + excluded.started
        """;

    /// <summary>Keeps starts counted whose events are erased: a rebuild will not find them any more.</summary>
    public static IEnumerable<NpgsqlBatchCommand> Erased(IReadOnlyCollection<Stamp> starts, Labels labels) => Starts(ErasedSql, starts, labels);

    private static IEnumerable<NpgsqlBatchCommand> Starts(string sql, IReadOnlyCollection<Stamp> starts, Labels labels)
    {
        if (starts.Count == 0)
            yield break;
        var counts = new Dictionary<Cell, long>();
        foreach (var start in starts)
        {
            var cell = new Cell(CountSpan.Minute, CountSpan.Start(start.At, CountSpan.Minute), labels[start.Host], start.Pid);
            counts[cell] = counts.GetValueOrDefault(cell) + 1;
        }
        foreach (var (cell, count) in counts.ToList())
        {
            foreach (var coarser in cell.Coarser())
                counts[coarser] = counts.GetValueOrDefault(coarser) + count;
        }
        yield return Command(sql, counts.Keys, new NpgsqlParameter<long[]> { TypedValue = [.. counts.Values] });
    }

    private const string CountedSql = """
        insert into worker_counted as w (span, since, host_id, pid, first_at, first_processed, last_at, last_processed)
        select * from unnest($1::int[], $2::timestamptz[], $3::int[], $4::int[], $5::timestamptz[], $6::bigint[], $7::timestamptz[], $8::bigint[])
        on conflict (span, since, host_id, pid) do update set
            first_at = least(w.first_at, excluded.first_at),
            first_processed = case when (excluded.first_at, excluded.first_processed) < (w.first_at, w.first_processed)
                                   then excluded.first_processed else w.first_processed end,
            last_at = greatest(w.last_at, excluded.last_at),
            last_processed = case when (excluded.last_at, excluded.last_processed) > (w.last_at, w.last_processed)
                                  then excluded.last_processed else w.last_processed end
        """;

    /// <summary>Keeps what the heartbeats of a batch counted.</summary>
    public static IEnumerable<NpgsqlBatchCommand> Counted(IEnumerable<WorkerFold> workers, Labels labels)
    {
        var counts = new Dictionary<Cell, (WorkerCount First, WorkerCount Last)>();
        foreach (var worker in workers)
        {
            foreach (var ((pid, minute), (first, last)) in worker.Counts)
            {
                var cell = new Cell(CountSpan.Minute, minute, labels[worker.Hostname], pid);
                counts.Add(cell, (first, last));
                foreach (var coarser in cell.Coarser())
                    counts[coarser] = WorkerCount.Merge(WorkerCount.Merge(counts.TryGetValue(coarser, out var known) ? known : null, first), last);
            }
        }
        if (counts.Count > 0)
        {
            yield return Command(CountedSql, counts.Keys,
                Column(counts.Values, c => c.First.At), Column(counts.Values, c => c.First.Processed),
                Column(counts.Values, c => c.Last.At), Column(counts.Values, c => c.Last.Processed));
        }
    }

    private static NpgsqlBatchCommand Command(string sql, IReadOnlyCollection<Cell> cells, params NpgsqlParameter[] values)
    {
        var command = new NpgsqlBatchCommand(sql)
        {
            Parameters = { Column(cells, c => c.Span), Column(cells, c => c.Since), Column(cells, c => c.Host), Column(cells, c => c.Pid) },
        };
        foreach (var value in values)
            command.Parameters.Add(value);
        return command;
    }

    private static NpgsqlParameter<T[]> Column<TRow, T>(IReadOnlyCollection<TRow> rows, Func<TRow, T> value) => new() { TypedValue = [.. rows.Select(value)] };

    private readonly record struct Cell(int Span, DateTime Since, int Host, int Pid)
    {
        public IEnumerable<Cell> Coarser()
        {
            yield return this with { Span = CountSpan.Hour, Since = CountSpan.Start(Since, CountSpan.Hour) };
            yield return this with { Span = CountSpan.Day, Since = CountSpan.Start(Since, CountSpan.Day) };
        }
    }
}
