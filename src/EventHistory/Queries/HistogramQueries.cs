using EventHistory.Core.Queries;
using EventHistory.Core.Rollups;
using EventHistory.Core.Search;
using Npgsql;

namespace EventHistory.Queries;

/// <summary>How many tasks of each state there are over time: from the same sources, in the same order, as facets (<see cref="FacetQueries"/>).</summary>
internal sealed class HistogramQueries(NpgsqlDataSource database)
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
        var counts = new StateCounts(from, to, bucket);
        if (rollups is not { IsExact: true })
        {
            if (await Rows(connection, sql, field, onlyOpen: false, counts, ct) is not { } since)
                return (counts.Answer(field, CountBasis.Rows, isExact: true, null), null);
            if (rollups is null)
                return (counts.Answer(field, CountBasis.Newest, isExact: false, since), null);
            counts = new StateCounts(from, to, bucket);
            if (rollups.HasOpen)
                await Rows(connection, sql, field, onlyOpen: true, counts, ct);
        }
        var spans = RollupSpan.Cover(from, to, minutes: bucket < TimeSpan.FromHours(1));
        var range = new RollupRange(spans, rollups.Dimension, rollups.Label is { } label ? sql.Numbers(label) : null);
        foreach (var count in await RollupCounts.Of(connection, range, bucket, ct))
        {
            foreach (var (state, tasks) in count.States.Where(s => rollups.Has(s.State)))
                counts.Add(count.At, state, tasks);
        }
        return (counts.Answer(TimeField.Finished, CountBasis.Rollups, rollups.IsExact, null), null);
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
    private static async Task<DateTime?> Rows(
        NpgsqlConnection connection, FilterSql filter, TimeField field, bool onlyOpen, StateCounts counts, CancellationToken ct)
    {
        var range = new TimeWindow(counts.From, counts.To);
        var (counted, oldest) = (0L, DateTime.MaxValue);
        if (onlyOpen || (field == TimeField.FirstSeen && TaskWalk.IsOrderedByIndex(filter.Filter)))
            await Add(default);
        else
            await TimeWindows.Ask(connection, counts.To, backInTime: true, Add, ct);
        return counted == TaskHistogram.MaxRows ? oldest : null;

        async Task<bool> Add(TimeWindow window)
        {
            var time = field == TimeField.Finished ? "t.state_at" : "t.first_seen";
            await using var command = new NpgsqlCommand { Connection = connection, CommandTimeout = QueryFault.TimeLimit };
            var condition = filter.Condition(command.Parameters) + (onlyOpen ? " and t.settled = 'infinity'" : "")
                + range.Condition(time, command.Parameters) + window.Condition(time, command.Parameters);
            command.Parameters.Add(new() { Value = counts.Bucket });
#pragma warning disable CA2100 // put together of our own texts; values are parameters
            command.CommandText = $"""
                select date_bin(${command.Parameters.Count}, m.at, timestamptz '1970-01-01 00:00:00+00'), m.state, count(*), min(m.at)
                  from (select {time} as at, t.state from eventhistory.task t where {condition} order by 1 desc limit {TaskHistogram.MaxRows - counted}) m
                 group by 1, 2
                """;
#pragma warning restore CA2100
            await using var rows = await command.ExecuteReaderAsync(ct);
            while (await rows.ReadAsync(ct))
            {
                counts.Add(rows.GetDateTime(0), rows.GetString(1), rows.GetInt64(2));
                counted += rows.GetInt64(2);
                oldest = rows.GetDateTime(3) < oldest ? rows.GetDateTime(3) : oldest;
            }
            return counted == TaskHistogram.MaxRows || window.From <= counts.From;
        }
    }
}
