using EventHistory.Core.Queries;
using EventHistory.Core.Rollups;
using EventHistory.Core.Statistics;
using Npgsql;
using NpgsqlTypes;

namespace EventHistory.Queries;

/// <summary>Durations from rollups: their histograms are merged in memory. What is read grows with the range, not with the tasks in it.</summary>
internal static class RuntimesFromRollups
{
    // the offset keeps the spans apart: joined, the table is read from end to end
    private const string DurationsSql = """
        select r.label_id, r.at,
               case when $6 then r.runtime_sum end, case when $6 then r.runtime end,
               case when $7 then r.queue_wait_sum end, case when $7 then r.queue_wait end,
               case when $8 then r.worker_wait_sum end, case when $8 then r.worker_wait end
          from unnest($1::text[], $2::timestamptz[], $3::timestamptz[]) span(resolution, since, until)
         cross join eventhistory.source s
         cross join lateral (
               select * from eventhistory.rollup c
                where c.source_id = s.id and c.resolution = span.resolution::eventhistory.rollup_resolution
                  and c.dimension = $4::text::eventhistory.rollup_dimension and c.at >= span.since and c.at < span.until
                  and ($5::int[] is null or c.label_id = any($5))
               offset 0) r
        """;

    public static async Task<RuntimesAnswer> Ask(NpgsqlConnection connection, RuntimesQuery query, RollupSelection selection, CancellationToken ct)
    {
        var range = await RollupRange.Of(connection, selection, query.From, query.To, query.Bucket, ct);
        var total = 0;
        if (query.Bucket is not null && query.By != RollupDimension.All)
        {
            // one histogram for each bucket: only of those that are shown
            var busiest = await Busiest(connection, range, ct);
            total = busiest.Count;
            range = range with { Labels = [.. busiest.Take(query.Limit)] };
        }
        var groups = await Durations(connection, query, range, ct);
        var shown = groups.OrderByDescending(g => g.Value.Whole.Sum(d => d.Count)).ThenBy(g => g.Key).Take(query.Limit).ToList();
        var labels = await LabelTexts.Of(connection, shown.Select(g => g.Key), ct);
        return new RuntimesAnswer(range.From, range.To, RuntimesAnswer.Rollups, RuntimesQueries.Name(query.By), query.Bucket?.TotalSeconds,
            Math.Max(total, groups.Count), shown.ConvertAll(g => g.Value.View(labels.GetValueOrDefault(g.Key), query.Measures)));
    }

    private static async Task<Dictionary<int, Group>> Durations(NpgsqlConnection connection, RuntimesQuery query, RollupRange range, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(DurationsSql, connection) { CommandTimeout = QueryFault.TimeLimit };
        range.AddTo(command.Parameters);
        foreach (var measure in new[] { Measure.Runtime, Measure.QueueWait, Measure.WorkerWait })
            command.Parameters.Add(new() { Value = query.Measures.Contains(measure), NpgsqlDbType = NpgsqlDbType.Boolean });
        await using var rows = await command.ExecuteReaderAsync(ct);
        var groups = new Dictionary<int, Group>();
        while (await rows.ReadAsync(ct))
        {
            var label = query.By == RollupDimension.All ? 0 : rows.GetInt32(0);
            if (!groups.TryGetValue(label, out var group))
                groups.Add(label, group = new Group(query.Bucket is not null));
            Merge(rows, group.Whole);
            if (query.Bucket is { } width)
                Merge(rows, group.In(BucketWidth.Start(rows.GetDateTime(1), width)));
        }
        return groups;
    }

    private static void Merge(NpgsqlDataReader row, Durations[] durations)
    {
        for (var i = 0; i < durations.Length; i++)
        {
            if (!row.IsDBNull(2 + (2 * i)))
                durations[i].Merge(row.GetDecimal(2 + (2 * i)), row.GetFieldValue<byte[]>(3 + (2 * i)));
        }
    }

    private const string BusiestSql = """
        select r.label_id
          from unnest($1::text[], $2::timestamptz[], $3::timestamptz[]) span(resolution, since, until)
         cross join eventhistory.source s
         cross join lateral (
               select * from eventhistory.rollup c
                where c.source_id = s.id and c.resolution = span.resolution::eventhistory.rollup_resolution
                  and c.dimension = $4::text::eventhistory.rollup_dimension and c.at >= span.since and c.at < span.until
                  and ($5::int[] is null or c.label_id = any($5))
               offset 0) r
         group by r.label_id
         order by sum(r.succeeded + r.failed + r.revoked + r.rejected) desc, r.label_id
        """;

    private static async Task<List<int>> Busiest(NpgsqlConnection connection, RollupRange range, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(BusiestSql, connection) { CommandTimeout = QueryFault.TimeLimit };
        range.AddTo(command.Parameters);
        await using var rows = await command.ExecuteReaderAsync(ct);
        var labels = new List<int>();
        while (await rows.ReadAsync(ct))
            labels.Add(rows.GetInt32(0));
        return labels;
    }

    private sealed class Group(bool hasBuckets)
    {
        private readonly SortedDictionary<DateTime, Durations[]> _buckets = [];

        /// <summary>Runtime, queue wait, worker wait; those that were not asked for stay empty.</summary>
        public Durations[] Whole { get; } = [new(), new(), new()];

        public Durations[] In(DateTime bucket)
        {
            if (!_buckets.TryGetValue(bucket, out var durations))
                _buckets.Add(bucket, durations = [new(), new(), new()]);
            return durations;
        }

        public RuntimesGroup View(string? label, IReadOnlyList<Measure> measures)
        {
            return new RuntimesGroup(label, Of(Whole, Measure.Runtime), Of(Whole, Measure.QueueWait), Of(Whole, Measure.WorkerWait), null, hasBuckets
                ? [.. _buckets.Select(b => new RuntimesBucket(b.Key, Of(b.Value, Measure.Runtime), Of(b.Value, Measure.QueueWait), Of(b.Value, Measure.WorkerWait), null))]
                : null);

            Distribution? Of(Durations[] durations, Measure measure) => measures.Contains(measure) ? Distribution.Of(durations[(int)measure]) : null;
        }
    }
}
