using EventHistory.Core.Watching;
using Npgsql;

namespace EventHistory.Watching;

/// <summary>What is known about every worker's life, by the number of its name.</summary>
internal static class WorkerSigns
{
    private const string SignsSql = """
        select w.host_id, w.source_id, w.last_heard, w.freq, w.pid, w.last_seen, m.online, m.at, m.clock
          from eventhistory.worker w
          left join lateral (
               select online, at, clock from eventhistory.worker_mark m where m.host_id = w.host_id order by m.at desc, m.clock desc limit 1) m on true
        """;

    public static async Task<Dictionary<int, (int SourceId, WorkerSign Sign)>> Load(NpgsqlDataSource database, CancellationToken ct)
    {
        await using var command = database.CreateCommand(SignsSql);
        await using var rows = await command.ExecuteReaderAsync(ct);
        var signs = new Dictionary<int, (int, WorkerSign)>();
        while (await rows.ReadAsync(ct))
        {
            var online = rows.IsDBNull(6) ? (bool?)null : rows.GetBoolean(6);
            var markAt = rows.IsDBNull(7) ? (DateTime?)null : rows.GetDateTime(7);
            signs[rows.GetInt32(0)] = (rows.GetInt32(1), new WorkerSign(rows.GetDateTime(2), rows.IsDBNull(3) ? null : rows.GetDouble(3),
                rows.IsDBNull(4) ? null : rows.GetInt32(4), online == true ? markAt : null, rows.IsDBNull(8) ? 0 : rows.GetInt64(8),
                SaidGoodbye: online == false && rows.GetDateTime(5) <= markAt));
        }
        return signs;
    }
}
