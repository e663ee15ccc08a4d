using EventHistory.Core.Coverage;
using EventHistory.Core.Export;
using EventHistory.Core.Search;
using Npgsql;

namespace EventHistory.Queries;

/// <summary>What is known of the completeness of a file of tasks, said before its rows.</summary>
internal sealed class ExportHeads(NpgsqlDataSource database, CoverageQueries coverage, TimeProvider time)
{
    private const string BeginningSql = "select min(least(recorded_from, started_at)) from eventhistory.recorder_run";

    /// <param name="range">An open one begins where the log does, and ends now.</param>
    public async Task<ExportHead> Of(Period range, Filter filter, CancellationToken ct)
    {
        var now = time.GetUtcNow().UtcDateTime;
        await using var beginning = database.CreateCommand(BeginningSql);
        var recordedFrom = await beginning.ExecuteScalarAsync(ct) as DateTime?;
        var to = Period.Earlier(range.To, now);
        var from = range.From > DateTime.MinValue ? range.From : Period.Earlier(recordedFrom, to) ?? to;
        var asked = filter.IsEverything ? "" : filter.ToString();
        if (recordedFrom is null)
            return new ExportHead(from, to, false, "Nothing has ever been recorded.", asked);
        if (from >= to)
            return new ExportHead(from, range.To, null, "That time has not come yet.", asked);
        var answer = await coverage.Ask(new CoverageQuery(from, to, null), now, ct);
        return new ExportHead(from, to, answer!.Complete, answer.Reason, asked);
    }
}
