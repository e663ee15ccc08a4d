using EventHistory.Core.Queries;
using EventHistory.Core.Rollups;
using EventHistory.Core.Search;
using Npgsql;

namespace EventHistory.Queries;

/// <summary>How many tasks of each state there are over time: from the same sources, in the same order, as facets (<see cref="FacetQueries"/>).</summary>
internal sealed class HistogramQueries(NpgsqlDataSource database, DayTables tables)
{
    /// <returns>Or why the buckets that are asked for cannot be had.</returns>
    public async Task<(TaskHistogram? Answer, string? Problem)> Ask(HistogramQuery query, DateTime now, CancellationToken ct)
    {
        await using var connection = await database.OpenConnectionAsync(ct);
        await using var snapshot = await QuerySnapshot.Begin(connection, ct);
        var rollups = RollupFilter.Of(query.Filter);
        var field = Field(query.Filter);
        var (from, to) = await Range(connection, query.Filter, field, now, ct);
        var bucket = query.Bucket ?? BucketWidth.Choose(from, to, HistogramQuery.ChosenBuckets);
        if ((to - from) / bucket > HistogramQuery.MaxBuckets)
            return (null, $"bucket gives more than {HistogramQuery.MaxBuckets} buckets from {from:u} to {to:u}: take a wider one, or a shorter range.");

        var sql = await FilterSql.Of(query.Filter, connection, ct);
        var finished = rollups is null ? null : await Finished(connection, sql, rollups, new StateCounts(from, to, bucket), ct);
        if (rollups is { IsExact: true })
            return (finished!.Answer(TimeField.Finished, CountBasis.Rollups, isExact: true, null), null);
        if (finished is null || finished.Total <= TaskHistogram.MaxRows)
        {
            var counts = new StateCounts(from, to, bucket);
            if (await Rows(connection, sql, field, counts, ct) is not { } since)
                return (counts.Answer(field, CountBasis.Rows, isExact: true, null), null);
            if (finished is null)
                return (counts.Answer(field, CountBasis.Newest, isExact: false, since), null);
        }
        if (rollups!.HasOpen)
            await AddRows(connection, sql, field, finished, _ => " and t.settled = 'infinity'", ct);
        return (finished.Answer(TimeField.Finished, CountBasis.Rollups, isExact: false, null), null);
    }

    private static async Task<StateCounts> Finished(NpgsqlConnection connection, FilterSql sql, RollupFilter rollups, StateCounts counts, CancellationToken ct)
    {
        var spans = RollupSpan.Cover(counts.From, counts.To, minutes: counts.Bucket < TimeSpan.FromHours(1));
        var range = new RollupRange(spans, rollups.Dimension, rollups.Label is { } label ? sql.Numbers(label) : null);
        foreach (var count in await RollupCounts.Of(connection, range, counts.Bucket, ct))
        {
            foreach (var (state, tasks) in count.States.Where(s => rollups.Has(s.State)))
                counts.Add(count.At, state, tasks);
        }
        return counts;
    }

    /// <summary>The time of a task that the filter's range is about, as far as it is one that can be counted by.</summary>
    private static TimeField Field(Filter filter)
    {
        var ranges = filter.Conditions.OfType<TimeTerm>().Select(term => term.Field).ToList();
        return ranges.Contains(TimeField.Finished) && !ranges.Contains(TimeField.FirstSeen) ? TimeField.Finished : TimeField.FirstSeen;
    }

    /// <summary>No event is later.</summary>
    private static readonly DateTime _last = new(9999, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    // one end of the index each; what has no usable time is at its beginning
    private const string SpanSql = """
        select (select min(t.first_seen) from eventhistory.task t where t.first_seen > '1970-01-02Z'), (select max(t.first_seen) from eventhistory.task t)
        """;

    /// <summary>What the filter asks for; where it leaves that open, from the first task there is until now.</summary>
    private static async Task<(DateTime From, DateTime To)> Range(NpgsqlConnection connection, Filter filter, TimeField field, DateTime now, CancellationToken ct)
    {
        var asked = filter.Conditions.OfType<TimeTerm>().Where(term => term.Field == field).ToList();
        var (from, to) = (asked.Max(term => term.From), asked.Min(term => term.To));
        if (from is null || to is null)
        {
            await using var command = new NpgsqlCommand(SpanSql, connection) { CommandTimeout = QueryFault.TimeLimit };
            await using var row = await command.ExecuteReaderAsync(ct);
            await row.ReadAsync(ct);
            from ??= TaskRecord.Value<DateTime>(row, 0) ?? now.AddDays(-1);
            to ??= TaskRecord.Value<DateTime>(row, 1) is { } last && last > now ? last.AddTicks(TimeSpan.TicksPerMicrosecond) : now;
        }
        if (from < to)
            return (from.Value, to.Value);
        var alone = from < _last ? from.Value : _last;
        return (alone, alone.AddMinutes(1));
    }

    /// <returns>The time before which not all were counted; null: all were.</returns>
    private async Task<DateTime?> Rows(NpgsqlConnection connection, FilterSql filter, TimeField field, StateCounts counts, CancellationToken ct)
    {
        var days = await tables.Read(connection, ct);
        var seen = TimeWindow.Of(filter.Filter, TimeField.FirstSeen);
        var (counted, oldest) = (0L, DateTime.MaxValue);
        var rows = TaskWalk.Found(filter.Filter, byFirstSign: field == TimeField.FirstSeen);
        await new TimeWindows(connection, days).Ask(new TimeWindow(counts.From, counts.To), backInTime: true, rows, nearest: 0, async window =>
        {
            var (tasks, first) = await AddRows(connection, filter, field, counts, parameters => window.Condition(Column(field), parameters)
                + days.Condition(field == TimeField.FirstSeen ? seen.And(window) : seen, parameters), ct, TaskHistogram.MaxRows - counted);
            (counted, oldest) = (counted + tasks, first < oldest ? first : oldest);
            return counted == TaskHistogram.MaxRows;
        }, ct);
        return counted == TaskHistogram.MaxRows ? oldest : null;
    }

    private static string Column(TimeField field) => field == TimeField.Finished ? "t.state_at" : "t.first_seen";

    /// <returns>How many, and the first time among them.</returns>
    private static async Task<(long Tasks, DateTime First)> AddRows(NpgsqlConnection connection, FilterSql filter, TimeField field, StateCounts counts,
        Func<NpgsqlParameterCollection, string> narrower, CancellationToken ct, long most = TaskHistogram.MaxRows)
    {
        await using var command = new NpgsqlCommand { Connection = connection, CommandTimeout = QueryFault.TimeLimit };
        var condition = filter.Condition(command.Parameters) + new TimeWindow(counts.From, counts.To).Condition(Column(field), command.Parameters)
            + narrower(command.Parameters);
        command.Parameters.Add(new() { Value = counts.Bucket });
#pragma warning disable CA2100 // put together of our own texts; values are parameters
        command.CommandText = $"""
            select date_bin(${command.Parameters.Count}, m.at, timestamptz '1970-01-01 00:00:00+00'), m.state, count(*), min(m.at)
              from (select {Column(field)} as at, t.state from eventhistory.task t where {condition} order by 1 desc limit {most}) m
             group by 1, 2
            """;
#pragma warning restore CA2100
        await using var rows = await command.ExecuteReaderAsync(ct);
        var (tasks, first) = (0L, DateTime.MaxValue);
        while (await rows.ReadAsync(ct))
        {
            counts.Add(rows.GetDateTime(0), rows.GetString(1), rows.GetInt64(2));
            tasks += rows.GetInt64(2);
            first = rows.GetDateTime(3) < first ? rows.GetDateTime(3) : first;
        }
        return (tasks, first);
    }
}
