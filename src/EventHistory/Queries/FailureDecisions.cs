using EventHistory.Core.Failures;
using EventHistory.Core.Rollups;
using Npgsql;
using NpgsqlTypes;

namespace EventHistory.Queries;

/// <summary>What people decided about failure groups: kept as changes, of which the last one counts.</summary>
internal static class FailureDecisions
{
    private const string AddSql = """
        insert into eventhistory.failure_state_change (fingerprint, changed_at, changed_by, reason, state, until, until_count)
        select g.fingerprint, $2, $3, $4, $5, $6, $7 from eventhistory.failure_group g where g.fingerprint = $1 limit 1
        """;

    /// <returns>False if there is no such group.</returns>
    public static async Task<bool> Add(NpgsqlConnection connection, Guid group, FailureDecision decision, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(AddSql, connection)
        {
            CommandTimeout = QueryFault.TimeLimit,
            Parameters =
            {
                new() { Value = group },
                new() { Value = decision.At },
                new() { Value = decision.By },
                new() { Value = (object?)decision.Reason ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text },
                new() { Value = decision.State },
                new() { Value = (object?)decision.Until ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.TimestampTz },
                new() { Value = (object?)decision.UntilCount ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Bigint },
            },
        };
        return await command.ExecuteNonQueryAsync(ct) > 0;
    }

    private const string OfSql = """
        select c.state, c.changed_at, c.changed_by, c.reason, c.until, c.until_count
          from eventhistory.failure_state_change c where c.fingerprint = $1 order by c.id desc limit $2
        """;

    /// <summary>Those about one group, the latest first.</summary>
    public static async Task<IReadOnlyList<FailureDecision>> Of(NpgsqlConnection connection, Guid group, int limit, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(OfSql, connection)
        {
            CommandTimeout = QueryFault.TimeLimit,
            Parameters = { new() { Value = group }, new() { Value = limit } },
        };
        await using var rows = await command.ExecuteReaderAsync(ct);
        var decisions = new List<FailureDecision>();
        while (await rows.ReadAsync(ct))
            decisions.Add(Read(rows, 0));
        return decisions;
    }

    private const string LastSql = """
        select f.fingerprint, f.failure_id, c.state, c.changed_at, c.changed_by, c.reason, c.until, c.until_count
          from unnest($1::uuid[], $2::int[]) f(fingerprint, failure_id)
         cross join lateral (select * from eventhistory.failure_state_change c where c.fingerprint = f.fingerprint order by c.id desc limit 1) c
        """;

    /// <summary>The last one about each of some groups, and how many tasks failed since, where that matters.</summary>
    public static async Task<Dictionary<Guid, (FailureDecision Decision, long FailedSince)>> Last(
        NpgsqlConnection connection, IReadOnlyCollection<(int Id, Guid Fingerprint)> groups, DateTime now, CancellationToken ct)
    {
        var last = new Dictionary<Guid, (FailureDecision, long)>();
        var ids = new Dictionary<int, Guid>();
        await using (var command = new NpgsqlCommand(LastSql, connection)
        {
            CommandTimeout = QueryFault.TimeLimit,
            Parameters = { new() { Value = groups.Select(g => g.Fingerprint).ToArray() }, new() { Value = groups.Select(g => g.Id).ToArray() } },
        })
        {
            await using var rows = await command.ExecuteReaderAsync(ct);
            while (await rows.ReadAsync(ct))
            {
                last[rows.GetGuid(0)] = (Read(rows, 2), 0);
                ids[rows.GetInt32(1)] = rows.GetGuid(0);
            }
        }
        var counting = ids.Where(g => last[g.Value].Item1.UntilCount is not null).Select(g => (g.Key, last[g.Value].Item1.At)).ToList();
        foreach (var (id, failed) in counting.Count == 0 ? [] : await FailedSince(connection, counting, now, ct))
            last[ids[id]] = (last[ids[id]].Item1, failed);
        return last;
    }

    private const string FailedSinceSql = """
        select span.failure_id, coalesce(sum(r.failed), 0)::bigint
          from unnest($1::int[], $2::text[], $3::timestamptz[], $4::timestamptz[]) span(failure_id, resolution, since, until)
         cross join eventhistory.source s
         cross join lateral (
               select c.failed from eventhistory.rollup c
                where c.source_id = s.id and c.resolution = span.resolution::eventhistory.rollup_resolution and c.dimension = 'failure'
                  and c.at >= span.since and c.at < span.until and c.label_id = span.failure_id
               offset 0) r
         group by span.failure_id
        """;

    // from the minute after the decision: nothing counts finer
    private static async Task<List<(int Id, long Failed)>> FailedSince(
        NpgsqlConnection connection, IReadOnlyCollection<(int Id, DateTime At)> groups, DateTime now, CancellationToken ct)
    {
        var spans = groups.Where(g => g.At < now)
            .SelectMany(g => RollupSpan.Cover(g.At.AddMinutes(1).AddTicks(-1), now.AddMinutes(1)).Select(span => (g.Id, Span: span))).ToList();
        await using var command = new NpgsqlCommand(FailedSinceSql, connection)
        {
            CommandTimeout = QueryFault.TimeLimit,
            Parameters =
            {
                new() { Value = spans.ConvertAll(s => s.Id) },
                new() { Value = spans.ConvertAll(s => s.Span.Resolution.Text()) },
                new() { Value = spans.ConvertAll(s => s.Span.From) },
                new() { Value = spans.ConvertAll(s => s.Span.To) },
            },
        };
        await using var rows = await command.ExecuteReaderAsync(ct);
        var failed = new List<(int, long)>();
        while (await rows.ReadAsync(ct))
            failed.Add((rows.GetInt32(0), rows.GetInt64(1)));
        return failed;
    }

    private static FailureDecision Read(NpgsqlDataReader row, int column) => new(row.GetString(column), row.GetDateTime(column + 1), row.GetString(column + 2),
        TaskRecord.Text(row, column + 3), TaskRecord.Value<DateTime>(row, column + 4), TaskRecord.Value<long>(row, column + 5));
}
