using EventHistory.Core.Queries;
using EventHistory.Core.Rollups;
using EventHistory.Core.Tasks;
using Npgsql;

namespace EventHistory.Queries;

/// <summary>How a task's runtime compares with others of its name: from the rollups of the hours before.</summary>
internal static class RuntimeRanks
{
    private const string RuntimesSql = """
        select r.runtime from eventhistory.rollup r
         where r.source_id = $1 and r.resolution = 'hour' and r.dimension = 'name' and r.at >= $2 and r.at < $3 and r.label_id = $4
        """;

    public static async Task<RuntimeRank?> Of(NpgsqlConnection connection, StoredTask task, CancellationToken ct)
    {
        if (task is not { NameId: { } name, Task: { State: TaskStates.Success, Runtime: { } runtime, StateAt: { } ended } })
            return null;
        var to = ended.AddTicks(TimeSpan.TicksPerHour - (ended.Ticks % TimeSpan.TicksPerHour));
        var from = to.AddDays(-RuntimeRank.Days);
        await using var command = new NpgsqlCommand(RuntimesSql, connection)
        {
            CommandTimeout = QueryFault.TimeLimit,
            Parameters = { new() { Value = task.SourceId }, new() { Value = from }, new() { Value = to }, new() { Value = name } },
        };
        await command.PrepareAsync(ct);
        await using var rows = await command.ExecuteReaderAsync(ct);
        var runtimes = new Histogram();
        while (await rows.ReadAsync(ct))
            runtimes.Merge(rows.GetFieldValue<byte[]>(0));
        return runtimes.Share(runtime) is { } share ? new RuntimeRank(share, runtimes.Count, from, to) : null;
    }
}
