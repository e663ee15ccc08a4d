using EventHistory.Core.Coverage;
using EventHistory.Core.Queries;
using Npgsql;

namespace EventHistory.Queries;

/// <summary>A worker's heartbeats and starts over time, in buckets.</summary>
internal static class WorkerSeries
{
    // starts are counted per minute, hour and day: the coarsest that fits into a bucket is read
    private const string SeriesSql = """
        with beat as (
            select date_bin($4, m.minute, 'epoch') as at, count(distinct m.minute)::int as minutes,
                   avg(m.active)::float8 as active_mean, max(m.active) as active_max, avg(m.load_average[1]) as load_mean, max(m.load_average[1]) as load_max
              from eventhistory.worker_minute m
             where m.host_id = $1 and m.minute >= $2 and m.minute < $3
             group by 1
        ), started as (
            select date_bin($4, s.since, 'epoch') as at, sum(s.started)::bigint as started
              from eventhistory.worker_started s
             where s.span = $5 and s.since >= $2 and s.since < $3 and s.host_id = $1
             group by 1
        )
        select at, coalesce(b.minutes, 0), b.active_mean, b.active_max, b.load_mean, b.load_max, coalesce(s.started, 0)
          from beat b full join started s using (at)
         order by at
        """;

    /// <param name="host">The number of its node name.</param>
    /// <param name="range">Rounded outwards to whole buckets.</param>
    /// <param name="bucket">Whole minutes, hours or days.</param>
    public static async Task<List<WorkerPoint>> Read(NpgsqlConnection connection, int host, Period range, TimeSpan bucket, CancellationToken ct)
    {
        var span = new[] { CountSpan.Day, CountSpan.Hour, CountSpan.Minute }.First(seconds => bucket.TotalSeconds % seconds == 0);
        await using var command = new NpgsqlCommand(SeriesSql, connection)
        {
            CommandTimeout = QueryFault.TimeLimit,
            Parameters =
            {
                new() { Value = host },
                new() { Value = BucketWidth.Start(range.From, bucket) },
                new() { Value = range.To },
                new() { Value = bucket },
                new() { Value = span },
            },
        };
        await using var rows = await command.ExecuteReaderAsync(ct);
        var points = new List<WorkerPoint>();
        while (await rows.ReadAsync(ct))
        {
            points.Add(new WorkerPoint(rows.GetDateTime(0), rows.GetInt32(1), TaskRecord.Value<double>(rows, 2), TaskRecord.Value<int>(rows, 3),
                TaskRecord.Value<double>(rows, 4), TaskRecord.Value<double>(rows, 5), rows.GetInt64(6)));
        }
        return points;
    }
}
