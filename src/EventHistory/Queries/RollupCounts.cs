using EventHistory.Core.Tasks;
using Npgsql;
using NpgsqlTypes;

namespace EventHistory.Queries;

/// <summary>Finished tasks by their outcome, from rollups.</summary>
internal static class RollupCounts
{
    // the offset keeps the spans apart: joined, the table is read from end to end
    private const string CountsSql = """
        select r.label_id, date_bin(coalesce($6, interval '1000000 days'), r.at, timestamptz '1970-01-01 00:00:00+00'), sum(r.succeeded)::bigint, sum(r.failed)::bigint,
               sum(r.revoked)::bigint, sum(r.rejected)::bigint
          from unnest($1::text[], $2::timestamptz[], $3::timestamptz[]) span(resolution, since, until)
         cross join eventhistory.source s
         cross join lateral (
               select c.label_id, c.at, c.succeeded, c.failed, c.revoked, c.rejected from eventhistory.rollup c
                where c.source_id = s.id and c.resolution = span.resolution::eventhistory.rollup_resolution
                  and c.dimension = $4::text::eventhistory.rollup_dimension
                  and c.at >= span.since and c.at < span.until and ($5::int[] is null or c.label_id = any($5))
               offset 0) r
         group by 1, 2
        """;

    /// <param name="bucket">What is counted together; null: all of it.</param>
    public static async Task<List<RollupCount>> Of(NpgsqlConnection connection, RollupRange range, TimeSpan? bucket, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(CountsSql, connection) { CommandTimeout = QueryFault.TimeLimit };
        range.AddTo(command.Parameters);
        command.Parameters.Add(new() { Value = (object?)bucket ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Interval });
        await using var rows = await command.ExecuteReaderAsync(ct);
        var counts = new List<RollupCount>();
        while (await rows.ReadAsync(ct))
            counts.Add(new(rows.GetInt32(0), rows.GetDateTime(1), [rows.GetInt64(2), rows.GetInt64(3), rows.GetInt64(4), rows.GetInt64(5)]));
        return counts;
    }
}

/// <param name="LabelId">0: of all tasks.</param>
/// <param name="ByOutcome">In the order of <see cref="Outcomes"/>.</param>
internal sealed record RollupCount(int LabelId, DateTime At, long[] ByOutcome)
{
    public static readonly IReadOnlyList<string> Outcomes = [TaskStates.Success, TaskStates.Failure, TaskStates.Revoked, TaskStates.Rejected];

    public IEnumerable<(string State, long Count)> States => Outcomes.Zip(ByOutcome);
}
