using EventHistory.Core.Failures;
using EventHistory.Core.Rollups;
using Npgsql;
using NpgsqlTypes;

namespace EventHistory.Queries;

/// <summary>How often tasks failed, by group: from rollups.</summary>
internal static class FailureRollups
{
    // the offset keeps the spans apart: joined, the table is read from end to end
    private const string CountsSql = """
        select r.label_id, r.name_id, date_bin($4, r.at, timestamptz '1970-01-01 00:00:00+00'), sum(r.failed)::bigint
          from unnest($1::text[], $2::timestamptz[], $3::timestamptz[]) span(resolution, since, until)
         cross join eventhistory.source s
         cross join lateral (
               select c.label_id, c.name_id, c.at, c.failed from eventhistory.rollup c
                where c.source_id = s.id and c.resolution = span.resolution::eventhistory.rollup_resolution and c.dimension = 'failure'
                  and c.at >= span.since and c.at < span.until
                  and ($5::int is null or c.label_id = $5) and ($6::int[] is null or c.name_id = any($6))
               offset 0) r
         group by 1, 2, 3
        having sum(r.failed) > 0
        """;

    /// <param name="group">Only this one; null: all.</param>
    /// <param name="names">Only of tasks with these names; null: of all.</param>
    public static async Task<Dictionary<int, FailureCounts>> Counts(
        NpgsqlConnection connection, IReadOnlyList<RollupSpan> spans, TimeSpan bucket, int? group, int[]? names, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(CountsSql, connection)
        {
            CommandTimeout = QueryFault.TimeLimit,
            Parameters =
            {
                new() { Value = spans.Select(s => s.Resolution.Text()).ToArray() },
                new() { Value = spans.Select(s => s.From).ToArray() },
                new() { Value = spans.Select(s => s.To).ToArray() },
                new() { Value = bucket },
                new() { Value = (object?)group ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Integer },
                new() { Value = (object?)names ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Integer },
            },
        };
        await using var rows = await command.ExecuteReaderAsync(ct);
        var counts = new Dictionary<int, FailureCounts>();
        while (await rows.ReadAsync(ct))
        {
            if (!counts.TryGetValue(rows.GetInt32(0), out var of))
                counts.Add(rows.GetInt32(0), of = new FailureCounts(spans[0].From, spans[^1].To, bucket));
            of.Add(rows.GetDateTime(2), rows.GetInt32(1), rows.GetInt64(3));
        }
        return counts;
    }
}
