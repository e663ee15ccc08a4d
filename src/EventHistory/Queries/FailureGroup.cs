using EventHistory.Core.Failures;
using Npgsql;

namespace EventHistory.Queries;

/// <summary>A failure group as its rows have it, and the state that follows from the last decision about it.</summary>
/// <param name="FailureId">Its number in this database.</param>
internal sealed record FailureGroup(int FailureId, Guid Fingerprint, string Title, string? ExceptionType, string? Culprit, DateTime FirstSeen, DateTime LastSeen,
    DateTime? LastFailed, FailureSampleView Sample, string State, FailureDecision? Decision)
{
    // of several brokers, the sample is the latest
    private const string GroupsSql = """
        select g.failure_id, (array_agg(g.fingerprint))[1], min(g.title), min(g.exception_type), min(g.culprit),
               min(g.first_seen), max(g.last_seen), max(g.last_failed),
               (array_agg(g.sample_key order by g.last_failed desc nulls last, g.last_seen desc))[1],
               (array_agg(g.sample_id order by g.last_failed desc nulls last, g.last_seen desc))[1],
               (array_agg(g.sample_exception order by g.last_failed desc nulls last, g.last_seen desc))[1]
          from eventhistory.failure_group g
         where g.failure_id = any($1)
         group by g.failure_id
        """;

    /// <summary>Groups by their numbers, in no order.</summary>
    public static async Task<List<FailureGroup>> Load(NpgsqlConnection connection, int[] ids, DateTime now, CancellationToken ct)
    {
        var groups = new List<FailureGroup>(ids.Length);
        await using (var command = new NpgsqlCommand(GroupsSql, connection) { CommandTimeout = QueryFault.TimeLimit, Parameters = { new() { Value = ids } } })
        {
            await using var rows = await command.ExecuteReaderAsync(ct);
            while (await rows.ReadAsync(ct))
                groups.Add(Read(rows));
        }
        var decisions = await FailureDecisions.Last(connection, [.. groups.Select(g => (g.FailureId, g.Fingerprint))], now, ct);
        return groups.ConvertAll(g => decisions.TryGetValue(g.Fingerprint, out var last)
            ? g with { Decision = last.Decision, State = FailureDecision.StateOf(last.Decision, g.LastFailed, last.FailedSince, now) }
            : g);
    }

    private static FailureGroup Read(NpgsqlDataReader row) => new(row.GetInt32(0), row.GetGuid(1), row.GetString(2), TaskRecord.Text(row, 3), TaskRecord.Text(row, 4),
        row.GetDateTime(5), row.GetDateTime(6), TaskRecord.Value<DateTime>(row, 7),
        new FailureSampleView(TaskRecord.Id(row, 8)!, TaskRecord.Value<DateTime>(row, 7) ?? row.GetDateTime(6), TaskRecord.Text(row, 10)),
        FailureDecision.Open, null);
}
