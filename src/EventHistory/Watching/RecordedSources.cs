using Npgsql;

namespace EventHistory.Watching;

/// <summary>
/// Up to when each source is recorded. Where nobody records, or a backlog is still being read, it does not follow from an event that is not
/// there that it has not happened: such a source is not judged by the present time, and one that nobody records not at all.
/// </summary>
internal static class RecordedSources
{
    private const string RecordedSql = """
        select source_id, recorded_to from eventhistory.recorder_run
         where ended_at is null and recorded_to is not null and last_alive_at > now() - interval '1 minute'
        """;

    public static async Task<Dictionary<int, DateTime>> Load(NpgsqlDataSource database, CancellationToken ct)
    {
        await using var command = database.CreateCommand(RecordedSql);
        await using var rows = await command.ExecuteReaderAsync(ct);
        var sources = new Dictionary<int, DateTime>();
        while (await rows.ReadAsync(ct))
            sources[rows.GetInt32(0)] = rows.GetDateTime(1);
        return sources;
    }
}
