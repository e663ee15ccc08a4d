using EventHistory.Core.Rollups;
using Npgsql;
using NpgsqlTypes;

namespace EventHistory.Queries;

/// <summary>The rows of tasks that finished in a range and match a filter, as a part of a statement.</summary>
internal static class FinishedTasks
{
    /// <summary>A row is recorded after the task finished; a worker's clock may be ahead of ours, by no more than this.</summary>
    private static readonly TimeSpan _clocksDiffer = TimeSpan.FromDays(1);

    /// <summary>From <c>from</c> on: <c>task t</c> and its condition. The parameters are added behind those that are there.</summary>
    public static string From(FilterSql filter, DateTime from, DateTime to, NpgsqlParameterCollection parameters)
    {
        var condition = filter.Condition(parameters);
        var since = Add(from - DateTime.MinValue > _clocksDiffer ? from - _clocksDiffer : from);
        return $"from eventhistory.task t where t.settled >= {since} and t.settled < 'infinity' and t.state_at >= {Add(from)} and t.state_at < {Add(to)} and {condition}";

        string Add(DateTime time)
        {
            parameters.Add(new() { Value = time, NpgsqlDbType = NpgsqlDbType.TimestampTz });
            return $"${parameters.Count}";
        }
    }

    /// <summary>The label that an answer is split by.</summary>
    public static string Label(RollupDimension by) => by switch
    {
        RollupDimension.Name => "t.name_id",
        RollupDimension.Worker => "t.worker_id",
        RollupDimension.Queue => "t.queue_id",
        _ => "0",
    };

    /// <summary>When the bucket begins in which a task finished; null without buckets.</summary>
    public static string Bucket(TimeSpan? width, NpgsqlParameterCollection parameters)
    {
        if (width is not { } bucket)
            return "null::timestamptz";
        parameters.Add(new() { Value = bucket });
        return $"date_bin(${parameters.Count}, t.state_at, timestamptz '1970-01-01 00:00:00+00')";
    }
}
