using EventHistory.Core.Queries;
using EventHistory.Core.Rollups;
using EventHistory.Core.Tasks;
using Npgsql;

namespace EventHistory.Queries;

/// <summary>How a task's runtime compares with others of its name: from the rollups of some hours before, as <see cref="RuntimeRank"/> says.</summary>
internal static class RuntimeRanks
{
    // From hour to hour backwards, and no further than is needed: the limit inside keeps the hours in their order
    private const string RuntimesSql = """
        select hour.at, r.runtime
          from generate_series($4::timestamptz - interval '1 hour', $3::timestamptz, interval '-1 hour') hour(at)
         cross join lateral (
               select r.runtime from eventhistory.rollup r
                where r.source_id = $1 and r.resolution = 'hour' and r.dimension = 'name' and r.at = hour.at and r.label_id = $2 and r.runtime_count > 0
                limit 1) r
         limit $5
        """;

    /// <summary>What is to be asked; of a task that has no rank, nothing comes.</summary>
    public static NpgsqlBatchCommand Question(StoredTask task)
    {
        var to = End(task);
        return new(RuntimesSql)
        {
            Parameters =
            {
                new() { Value = task.SourceId },
                new() { Value = task.NameId ?? 0 },
                new() { Value = to.AddDays(-RuntimeRank.Days) },
                new() { Value = to },
                new() { Value = IsRanked(task) ? RuntimeRank.Hours : 0 },
            },
        };
    }

    /// <param name="rows">What came.</param>
    public static async Task<RuntimeRank?> Read(NpgsqlDataReader rows, StoredTask task, CancellationToken ct)
    {
        if (!IsRanked(task))
            return null;
        var (runtimes, to) = (new Histogram(), End(task));
        var from = to;
        while (await rows.ReadAsync(ct))
        {
            from = rows.GetDateTime(0);
            runtimes.Merge(rows.GetFieldValue<byte[]>(1));
        }
        return runtimes.Share(task.Task.Runtime!.Value) is { } share ? new RuntimeRank(share, runtimes.Count, from, to) : null;
    }

    private static bool IsRanked(StoredTask task) => task is { NameId: not null, Task: { State: TaskStates.Success, Runtime: not null, StateAt: not null } };

    // of the hour in which it ended
    private static DateTime End(StoredTask task)
    {
        var ended = task.Task.StateAt ?? DateTime.UnixEpoch;
        return ended.AddTicks(TimeSpan.TicksPerHour - (ended.Ticks % TimeSpan.TicksPerHour));
    }
}
