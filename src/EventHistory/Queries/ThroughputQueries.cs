using EventHistory.Core.Queries;
using EventHistory.Core.Rollups;
using EventHistory.Core.Statistics;
using Npgsql;

namespace EventHistory.Queries;

/// <summary>How many tasks finish, and how: from rollups where they have the answer, else from rows. Both are exact.</summary>
internal sealed class ThroughputQueries(NpgsqlDataSource database)
{
    public async Task<ThroughputAnswer> Ask(ThroughputQuery query, CancellationToken ct)
    {
        await using var connection = await database.OpenConnectionAsync(ct);
        await using var snapshot = await QuerySnapshot.Begin(connection, ct);
        return query.Rollups is { } rollups ? await FromRollups(connection, query, rollups, ct) : await FromRows(connection, query, ct);
    }

    // the offset keeps the spans apart: joined, the table is read from end to end
    private const string RollupsSql = """
        select case when $7 then 0 else r.label_id end, date_bin($6, r.at, timestamptz '1970-01-01 00:00:00+00'),
               sum(r.succeeded)::bigint, sum(r.failed)::bigint, sum(r.revoked)::bigint, sum(r.rejected)::bigint, sum(r.retries)::bigint
          from unnest($1::text[], $2::timestamptz[], $3::timestamptz[]) span(resolution, since, until)
         cross join eventhistory.source s
         cross join lateral (
               select * from eventhistory.rollup c
                where c.source_id = s.id and c.resolution = span.resolution::eventhistory.rollup_resolution
                  and c.dimension = $4::text::eventhistory.rollup_dimension and c.at >= span.since and c.at < span.until
                  and ($5::int[] is null or c.label_id = any($5))
               offset 0) r
         group by 1, 2
        """;

    private static async Task<ThroughputAnswer> FromRollups(NpgsqlConnection connection, ThroughputQuery query, RollupSelection selection, CancellationToken ct)
    {
        var range = await RollupRange.Of(connection, selection, query.From, query.To, query.Bucket, ct);
        await using var command = new NpgsqlCommand(RollupsSql, connection) { CommandTimeout = QueryFault.TimeLimit };
        range.AddTo(command.Parameters);
        command.Parameters.Add(new() { Value = query.Bucket });
        command.Parameters.Add(new() { Value = query.By == RollupDimension.All });
        return await Answer(command, query, range.From, range.To, RuntimesAnswer.Rollups, ct);
    }

    private static async Task<ThroughputAnswer> FromRows(NpgsqlConnection connection, ThroughputQuery query, CancellationToken ct)
    {
        var filter = await FilterSql.Of(query.Filter, connection, ct);
        await using var command = new NpgsqlCommand { Connection = connection, CommandTimeout = QueryFault.TimeLimit };
#pragma warning disable CA2100 // composed of constants; all that anybody gave is a parameter
        command.CommandText = $"""
            select {FinishedTasks.Label(query.By)}, {FinishedTasks.Bucket(query.Bucket, command.Parameters)},
                   count(*) filter (where t.state = 'SUCCESS'), count(*) filter (where t.state = 'FAILURE'), count(*) filter (where t.state = 'REVOKED'),
                   count(*) filter (where t.state = 'REJECTED'), sum(t.retries)::bigint
              {FinishedTasks.From(filter, query.From, query.To, command.Parameters)}
             group by 1, 2
            """;
#pragma warning restore CA2100
        return await Answer(command, query, query.From, query.To, RuntimesAnswer.Rows, ct);
    }

    private static async Task<ThroughputAnswer> Answer(NpgsqlCommand command, ThroughputQuery query, DateTime from, DateTime to, string source, CancellationToken ct)
    {
        var groups = new Dictionary<int, Group>();
        await using (var rows = await command.ExecuteReaderAsync(ct))
        {
            while (await rows.ReadAsync(ct))
            {
                var label = rows.IsDBNull(0) ? 0 : rows.GetInt32(0);
                if (!groups.TryGetValue(label, out var group))
                    groups.Add(label, group = new Group());
                group.Add(rows);
            }
        }
        var shown = groups.OrderByDescending(g => g.Value.Finished).ThenBy(g => g.Key).Take(query.Limit).ToList();
        var labels = await LabelTexts.Of(command.Connection!, shown.Select(g => g.Key), ct);
        var first = BucketWidth.Start(from, query.Bucket);
        var buckets = (int)((to.Ticks - 1 - first.Ticks) / query.Bucket.Ticks) + 1;
        return new ThroughputAnswer(from, to, source, RuntimesQueries.Name(query.By), query.Bucket.TotalSeconds, first, groups.Count,
            shown.ConvertAll(g => g.Value.View(labels.GetValueOrDefault(g.Key), first, query.Bucket, buckets)));
    }

    private sealed class Group
    {
        private const int Outcomes = 4; // and retries

        private readonly Dictionary<DateTime, long[]> _buckets = [];

        public long Finished { get; private set; }

        public void Add(NpgsqlDataReader row)
        {
            var counts = new long[Outcomes + 1];
            for (var i = 0; i < counts.Length; i++)
                counts[i] = row.GetInt64(2 + i);
            Finished += counts.Take(Outcomes).Sum();
            _buckets[row.GetDateTime(1)] = counts;
        }

        public ThroughputGroup View(string? label, DateTime first, TimeSpan width, int buckets)
        {
            return new ThroughputGroup(label, Finished, Series(0), Series(1), Series(2), Series(3), Series(4));

            long[] Series(int outcome)
            {
                var series = new long[buckets];
                foreach (var (at, counts) in _buckets)
                    series[(at - first).Ticks / width.Ticks] = counts[outcome];
                return series;
            }
        }
    }
}
