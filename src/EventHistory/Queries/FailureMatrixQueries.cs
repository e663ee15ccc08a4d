using EventHistory.Core.Failures;
using EventHistory.Core.Rollups;
using Npgsql;

namespace EventHistory.Queries;

/// <summary>Failures by name and exception over several windows of time, in one reading of the rollups of the longest.</summary>
internal sealed class FailureMatrixQueries(NpgsqlDataSource database)
{
    // the offset keeps the spans apart: joined, the table is read from end to end
    private const string CountsSql = """
        select r.label_id, r.name_id, span.stretch, sum(r.failed)::bigint
          from unnest($1::text[], $2::timestamptz[], $3::timestamptz[], $4::int[]) span(resolution, since, until, stretch)
         cross join eventhistory.source s
         cross join lateral (
               select c.label_id, c.name_id, c.failed from eventhistory.rollup c
                where c.source_id = s.id and c.resolution = span.resolution::eventhistory.rollup_resolution and c.dimension = 'failure'
                  and c.at >= span.since and c.at < span.until
               offset 0) r
         group by 1, 2, 3
        having sum(r.failed) > 0
        """;

    public async Task<FailureMatrix> Ask(DateTime now, CancellationToken ct)
    {
        await using var connection = await database.OpenConnectionAsync(ct);
        await using var snapshot = await QuerySnapshot.Begin(connection, ct);
        var counts = await Counts(connection, now, ct);
        var groups = (await FailureGroup.Load(connection, [.. counts.Select(c => c.Group).Distinct()], now, ct)).ToDictionary(g => g.FailureId);
        var names = await LabelTexts.Of(connection, counts.Select(c => c.Name).Distinct(), ct);
        return FailureMatrix.Of([.. counts.Where(c => groups.ContainsKey(c.Group)).Select(c => new FailureMatrixCount(
            names.GetValueOrDefault(c.Name), groups[c.Group].ExceptionType ?? groups[c.Group].Title, groups[c.Group].Fingerprint.ToString("N"), c.Stretch, c.Failed))]);
    }

    private static async Task<List<(int Group, int Name, int Stretch, long Failed)>> Counts(NpgsqlConnection connection, DateTime now, CancellationToken ct)
    {
        var spans = FailureMatrix.Stretches(now).SelectMany((stretch, number) => RollupSpan.Cover(stretch.From, stretch.To).Select(span => (Span: span, number))).ToList();
        await using var command = new NpgsqlCommand(CountsSql, connection)
        {
            CommandTimeout = QueryFault.TimeLimit,
            Parameters =
            {
                new() { Value = spans.ConvertAll(s => s.Span.Resolution.Text()) },
                new() { Value = spans.ConvertAll(s => s.Span.From) },
                new() { Value = spans.ConvertAll(s => s.Span.To) },
                new() { Value = spans.ConvertAll(s => s.number) },
            },
        };
        await using var rows = await command.ExecuteReaderAsync(ct);
        var counts = new List<(int, int, int, long)>();
        while (await rows.ReadAsync(ct))
            counts.Add((rows.GetInt32(0), rows.GetInt32(1), rows.GetInt32(2), rows.GetInt64(3)));
        return counts;
    }
}
