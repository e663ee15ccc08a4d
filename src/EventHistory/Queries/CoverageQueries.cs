using EventHistory.Core.Coverage;
using EventHistory.Store;
using Npgsql;

namespace EventHistory.Queries;

/// <summary>Is a range complete, and if not, what is missing? Reads the facts; <see cref="CoverageRules"/> judges.</summary>
internal sealed class CoverageQueries(NpgsqlDataSource database)
{
    private const int MaxRuns = 100;
    private const int MaxRejected = 10_000;

    private const string SourcesSql = "select id, name from eventhistory.source where $1::text is null or name = $1 order by name limit 100";

    /// <summary>The answer for one source or all of them; null: there is no source of that name.</summary>
    public async Task<CoverageAnswer?> Ask(CoverageQuery query, DateTime now, CancellationToken ct)
    {
        await using var connection = await database.OpenConnectionAsync(ct);
        await using var snapshot = await QuerySnapshot.Begin(connection, ct);
        var sources = await Statement.Read(connection, SourcesSql, row => (Id: row.GetInt32(0), Name: row.GetString(1)), ct,
            new NpgsqlParameter { Value = (object?)query.Source ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text });
        if (query.Source is not null && sources.Count == 0)
            return null;
        var range = new Period(query.From, query.To);
        var answers = new List<SourceCoverage>();
        foreach (var (id, name) in sources)
            answers.Add(CoverageRules.Judge(await Facts(connection, id, name, range, ct), range, now));
        var pruned = await PruneReceiptRows.Ranges(connection, query.From, query.To, ct);
        return CoverageAnswer.Of(range, answers) with { Pruned = [.. pruned.Take(SourceCoverage.MaxListed)] };
    }

    private static async Task<CoverageFacts> Facts(NpgsqlConnection connection, int source, string name, Period range, CancellationToken ct)
    {
        var facts = await Place(connection, source, new CoverageFacts { Source = name }, ct);
        if (facts.RecordedFrom is not { } first)
            return facts;
        var runs = await Runs(connection, source, range, ct);
        var (gaps, gapCount, gapMessages) = await Gaps(connection, source, range, ct);
        var recorded = range.Within(new Period(first, facts.RecordedUpTo ?? first));
        var (workers, allWorkers) = recorded.IsEmpty ? ([], true)
            : await WorkerActivityQueries.Check(connection, source, recorded, facts.RecordedUpTo!.Value - CoverageRules.Settling, ct);
        return facts with
        {
            Runs = [.. runs.Take(MaxRuns).Reverse()],
            AllRuns = runs.Count <= MaxRuns,
            Gaps = gaps,
            GapCount = gapCount,
            GapMessages = gapMessages,
            Rejected = await Rejected(connection, source, range, ct),
            Workers = workers,
            AllWorkers = allWorkers,
        };
    }

    private const string PlaceSql = """
        select (select least(recorded_from, started_at) from eventhistory.recorder_run where source_id = $1 order by started_at, id limit 1), r.recorded_to,
               r.started_at, r.last_alive_at, r.ended_at, r.ended_how, r.ended_why, r.host, r.pid
          from eventhistory.recorder_run r
         where r.source_id = $1
         order by r.started_at desc, r.id desc
         limit 1
        """;

    private static async Task<CoverageFacts> Place(NpgsqlConnection connection, int source, CoverageFacts facts, CancellationToken ct) =>
        (await Statement.Read(connection, PlaceSql, row => facts with
        {
            RecordedFrom = row.GetDateTime(0),
            RecordedUpTo = TaskRecord.Value<DateTime>(row, 1),
            LastRun = Run(row, 2),
        }, ct, new NpgsqlParameter { Value = source })).SingleOrDefault(facts);

    // from the last one that began before the range to the first one that began behind it: what lies between two is downtime
    private const string RunsSql = """
        select started_at, last_alive_at, ended_at, ended_how, ended_why, host, pid
          from eventhistory.recorder_run
         where source_id = $1
           and started_at >= coalesce((select max(started_at) from eventhistory.recorder_run where source_id = $1 and started_at <= $2), '-infinity')
           and started_at <= coalesce((select min(started_at) from eventhistory.recorder_run where source_id = $1 and started_at >= $3), 'infinity')
         order by started_at desc, id desc
         limit $4
        """;

    private static Task<List<RecorderRun>> Runs(NpgsqlConnection connection, int source, Period range, CancellationToken ct) =>
        Statement.Read(connection, RunsSql, row => Run(row, 0), ct, [.. Range(source, range), new NpgsqlParameter { Value = MaxRuns + 1 }]);

    private static RecorderRun Run(NpgsqlDataReader row, int column) => new(
        row.GetDateTime(column), row.GetDateTime(column + 1), TaskRecord.Value<DateTime>(row, column + 2), TaskRecord.Text(row, column + 3),
        TaskRecord.Text(row, column + 4), TaskRecord.Text(row, column + 5), TaskRecord.Value<int>(row, column + 6));

    private const string GapsSql = """
        select kind, after_time, before_time, messages
          from eventhistory.gap
         where source_id = $1 and before_time > $2 and coalesce(after_time, '-infinity') < $3
         order by before_time, id
         limit $4
        """;

    private const string AllGapsSql = """
        select count(*), coalesce(sum(messages), 0)::bigint
          from eventhistory.gap where source_id = $1 and before_time > $2 and coalesce(after_time, '-infinity') < $3
        """;

    private static async Task<(List<RecordedGap> Gaps, long Count, long Messages)> Gaps(
        NpgsqlConnection connection, int source, Period range, CancellationToken ct)
    {
        var gaps = await Statement.Read(connection, GapsSql,
            row => new RecordedGap(row.GetString(0), TaskRecord.Value<DateTime>(row, 1), row.GetDateTime(2), TaskRecord.Value<long>(row, 3)),
            ct, [.. Range(source, range), new NpgsqlParameter { Value = SourceCoverage.MaxListed }]);
        var (count, messages) = (await Statement.Read(connection, AllGapsSql, row => (row.GetInt64(0), row.GetInt64(1)), ct, Range(source, range))).Single();
        return (gaps, count, messages);
    }

    private const string RejectedSql = """
        select count(*), min(sent), max(sent)
          from (select coalesce(sent_about, recorded_at) as sent from eventhistory.rejected_message
                 where source_id = $1 and coalesce(sent_about, recorded_at) >= $2 and coalesce(sent_about, recorded_at) < $3
                 limit $4) r
        """;

    private static async Task<RejectedMessages?> Rejected(NpgsqlConnection connection, int source, Period range, CancellationToken ct) =>
        (await Statement.Read(connection, RejectedSql, row => row.GetInt64(0) == 0 ? null : new RejectedMessages(
            Math.Min(row.GetInt64(0), MaxRejected), row.GetInt64(0) > MaxRejected, row.GetDateTime(1), row.GetDateTime(2)),
            ct, [.. Range(source, range), new NpgsqlParameter { Value = MaxRejected + 1 }])).Single();

    private static NpgsqlParameter[] Range(int source, Period range) =>
        [new() { Value = source }, new() { Value = range.From }, new() { Value = range.To }];
}
