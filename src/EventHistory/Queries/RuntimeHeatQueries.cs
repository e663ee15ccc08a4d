using EventHistory.Core.Queries;
using EventHistory.Core.Rollups;
using EventHistory.Core.Statistics;
using Npgsql;

namespace EventHistory.Queries;

/// <summary>The histograms of a duration over time, from rollups.</summary>
internal sealed class RuntimeHeatQueries(NpgsqlDataSource database)
{
    // the offset keeps the spans apart: joined, the table is read from end to end
    private const string HistogramsSql = """
        select r.at, r.durations
          from unnest($1::text[], $2::timestamptz[], $3::timestamptz[]) span(resolution, since, until)
         cross join eventhistory.source s
         cross join lateral (
               select c.at, case $6::int when 0 then c.runtime when 1 then c.queue_wait else c.worker_wait end as durations
                 from eventhistory.rollup c
                where c.source_id = s.id and c.resolution = span.resolution::eventhistory.rollup_resolution
                  and c.dimension = $4::text::eventhistory.rollup_dimension and c.at >= span.since and c.at < span.until
                  and ($5::int[] is null or c.label_id = any($5))
               offset 0) r
        """;

    /// <param name="query">About one measure, with a bucket, and from rollups; see <see cref="RuntimesQuery.Rollups"/>.</param>
    public async Task<HeatMap> Ask(RuntimesQuery query, CancellationToken ct)
    {
        var width = query.Bucket!.Value;
        await using var connection = await database.OpenConnectionAsync(ct);
        await using var snapshot = await QuerySnapshot.Begin(connection, ct);
        var range = await RollupRange.Of(connection, query.Rollups!, query.From, query.To, width, ct);
        await using var command = new NpgsqlCommand(HistogramsSql, connection) { CommandTimeout = QueryFault.TimeLimit };
        range.AddTo(command.Parameters);
        command.Parameters.Add(new() { Value = (int)query.Measures[0] });
        var first = BucketWidth.Start(range.From, width);
        var columns = new Histogram?[(int)((range.To.Ticks - 1 - first.Ticks) / width.Ticks) + 1];
        await using var rows = await command.ExecuteReaderAsync(ct);
        while (await rows.ReadAsync(ct))
            (columns[(int)((rows.GetDateTime(0) - first).Ticks / width.Ticks)] ??= new Histogram()).Merge(rows.GetFieldValue<byte[]>(1));
        return HeatMap.Of(first, width, columns);
    }
}
