using EventHistory.Core.Storage;
using EventHistory.Settings;
using Npgsql;

namespace EventHistory.Queries;

/// <summary>What the history takes on disk, and when it will be full.</summary>
internal sealed class StorageQueries(NpgsqlDataSource database, EventHistorySettings settings)
{
    private const int MostDays = 400;

    private const string DaysSql = """
        select day, part, measured_at, bytes, rows from eventhistory.storage_day
         where day > (select max(day) from eventhistory.storage_day) - $1::int order by day, bytes desc
        """;

    public async Task<StorageView> Read(DateTime now, CancellationToken ct)
    {
        var measured = new List<(DateTime Day, DateTime At, StoragePart Part)>();
        await using (var command = database.CreateCommand(DaysSql))
        {
            command.CommandTimeout = QueryFault.TimeLimit;
            command.Parameters.Add(new() { Value = MostDays });
            await using var rows = await command.ExecuteReaderAsync(ct);
            while (await rows.ReadAsync(ct))
                measured.Add((rows.GetDateTime(0), rows.GetDateTime(2), new(rows.GetString(1), rows.GetInt64(3), rows.GetInt64(4))));
        }
        var days = measured.GroupBy(m => m.Day).ToList();
        var points = days.ConvertAll(day => new StoragePoint(day.First().At, day.Sum(m => m.Part.Bytes)));
        var bytes = points.Count == 0 ? 0 : points[^1].Bytes;
        var capacity = settings.Storage.Capacity ?? (Free() is { } free ? bytes + free : null);
        var forecast = StorageForecast.Of(points, capacity - bytes);
        return new(points.Count == 0 ? null : points[^1].At, bytes, capacity, forecast.BytesPerDay, forecast.FullAt, (forecast.FullAt - now)?.TotalDays,
            days.Count == 0 ? [] : [.. days[^1].Select(m => m.Part)],
            days.ConvertAll(day => new StorageDay(DateTime.SpecifyKind(day.Key, DateTimeKind.Utc), day.Sum(m => m.Part.Bytes), Of(day, "log"), Of(day, "tasks"))));

        static long Of(IEnumerable<(DateTime Day, DateTime At, StoragePart Part)> day, string part) => day.Where(m => m.Part.Part == part).Sum(m => m.Part.Bytes);
    }

    // Only of our own PostgreSQL is known where it is
    private long? Free() => settings.Database is null ? new DriveInfo(settings.Data).AvailableFreeSpace : null;
}
