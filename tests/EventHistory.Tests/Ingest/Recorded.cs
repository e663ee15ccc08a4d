using System.Text.Json;
using EventHistory.Tests.Fixtures;
using Npgsql;

namespace EventHistory.Tests.Ingest;

/// <summary>What a database holds, as the tests ask for it.</summary>
internal static class Recorded
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private const string PositionSql = "select coalesce(max(next_position), 1) - 1 from eventhistory.source";

    /// <summary>The position of the last event; also while the server is down or not migrated: then null.</summary>
    public static async Task<long?> Position(this NpgsqlDataSource data)
    {
        try
        {
            await using var command = data.CreateCommand(PositionSql);
            return (long)(await command.ExecuteScalarAsync(Ct))!;
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException or InvalidOperationException)
        {
            return null;
        }
    }

    public static Task WaitForPosition(this TestDatabase database, long position, int seconds = 30) => database.Data.WaitForPosition(position, seconds);

    public static Task WaitForPosition(this NpgsqlDataSource data, long position, int seconds = 30) =>
        Until.True(async () => await data.Position() >= position, $"position {position}", seconds);

    private const string NumbersSql = "select (body ->> 'number')::int from eventhistory.event where type = 'task-numbered' order by position";

    /// <summary>The numbers of <see cref="Sender.SendNumbered"/>, in the order of the log.</summary>
    public static Task<List<int>> Numbers(this TestDatabase database) => database.Data.All(NumbersSql, row => row.GetInt32(0));

    private const string GapsSql = "select kind, epoch, after_offset, next_offset, messages, position from eventhistory.gap order by id";

    public static Task<List<RecordedGap>> Gaps(this NpgsqlDataSource data) => data.All(GapsSql, row => new RecordedGap(
        row.GetString(0), row.GetInt32(1), row.IsDBNull(2) ? null : row.GetInt64(2), row.GetInt64(3), row.IsDBNull(4) ? null : row.GetInt64(4), row.GetInt64(5)));

    private const string RejectedSql = """select "offset", reason, events_kept, routing_key, properties, body from eventhistory.rejected_message order by "offset", id""";

    public static Task<List<RecordedRejection>> Rejected(this NpgsqlDataSource data) => data.All(RejectedSql, row => new RecordedRejection(
        row.GetInt64(0), row.GetString(1), row.GetInt32(2), row.GetString(3), JsonDocument.Parse(row.GetString(4)).RootElement, row.GetFieldValue<byte[]>(5)));

    public static async Task<List<T>> All<T>(this NpgsqlDataSource data, string sql, Func<NpgsqlDataReader, T> read)
    {
#pragma warning disable CA2100 // constants of the tests
        await using var command = data.CreateCommand(sql);
#pragma warning restore CA2100
        command.CommandTimeout = 120;
        await using var rows = await command.ExecuteReaderAsync(Ct);
        var all = new List<T>();
        while (await rows.ReadAsync(Ct))
            all.Add(read(rows));
        return all;
    }
}

internal sealed record RecordedGap(string Kind, int Epoch, long? AfterOffset, long NextOffset, long? Messages, long Position);

internal sealed record RecordedRejection(long Offset, string Reason, int EventsKept, string RoutingKey, JsonElement Properties, byte[] Body);
