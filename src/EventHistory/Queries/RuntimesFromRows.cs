using EventHistory.Core.Statistics;
using Npgsql;
using NpgsqlTypes;

namespace EventHistory.Queries;

/// <summary>Durations from the rows of tasks: exact, for any filter, and the dearer the more tasks there are.</summary>
internal static class RuntimesFromRows
{
    private const int Tasks = 2;
    private const int FirstMeasure = 3;
    private const int ColumnsOfMeasure = 5;

    public static async Task<RuntimesAnswer> Ask(NpgsqlConnection connection, RuntimesQuery query, CancellationToken ct)
    {
        var groups = await Groups(connection, query, ct);
        var shown = groups.OrderByDescending(g => g.Value.Tasks).ThenBy(g => g.Key).Take(query.Limit).ToList();
        var labels = await LabelTexts.Of(connection, shown.Select(g => g.Key), ct);
        return new RuntimesAnswer(query.From, query.To, RuntimesAnswer.Rows, RuntimesQueries.Name(query.By), query.Bucket?.TotalSeconds, groups.Count,
            shown.ConvertAll(g => g.Value.View(labels.GetValueOrDefault(g.Key), query.Bucket is not null)));
    }

    private static async Task<Dictionary<int, Group>> Groups(NpgsqlConnection connection, RuntimesQuery query, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand { Connection = connection, CommandTimeout = QueryFault.TimeLimit };
        var filter = await FilterSql.Of(query.Filter, connection, ct);
#pragma warning disable CA2100 // composed of constants; all that anybody gave is a parameter
        command.CommandText = Sql(query, filter, command.Parameters);
#pragma warning restore CA2100
        await using var rows = await command.ExecuteReaderAsync(ct);
        var groups = new Dictionary<int, Group>();
        while (await rows.ReadAsync(ct))
        {
            var label = rows.IsDBNull(0) ? 0 : rows.GetInt32(0);
            if (!groups.TryGetValue(label, out var group))
                groups.Add(label, group = new Group());
            var measured = new Distribution?[RuntimesQuery.MeasureNames.Count];
            for (var i = 0; i < query.Measures.Count; i++)
                measured[(int)query.Measures[i]] = Read(rows, FirstMeasure + (i * ColumnsOfMeasure));
            if (rows.IsDBNull(1))
                (group.Whole, group.Tasks) = (measured, rows.GetInt64(Tasks));
            else
                group.Buckets.Add(rows.GetDateTime(1), measured);
        }
        return groups;
    }

    private static string Sql(RuntimesQuery query, FilterSql filter, NpgsqlParameterCollection parameters)
    {
        parameters.Add(new() { Value = Distribution.Percentiles.ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Double });
        var measures = query.Measures.Select((_, i) => $", count(m{i}), avg(m{i}), min(m{i}), max(m{i}), percentile_disc($1) within group (order by m{i})");
        var values = query.Measures.Select((measure, i) => $", {Value(measure)} as m{i}");
        return $"""
            select label, {(query.Bucket is null ? "null::timestamptz" : "bucket")}, count(*){string.Concat(measures)}
              from (select {FinishedTasks.Label(query.By)} as label, {FinishedTasks.Bucket(query.Bucket, parameters)} as bucket{string.Concat(values)}
                    {FinishedTasks.From(filter, query.From, query.To, parameters)}) finished
             group by grouping sets ((label){(query.Bucket is null ? "" : ", (label, bucket)")})
            """;
    }

    private static string Value(Measure measure) => measure switch
    {
        Measure.Runtime => "t.runtime",
        Measure.QueueWait => "t.queue_wait::float8",
        Measure.WorkerWait => "t.worker_wait::float8",
        _ => "case when t.first_seen > timestamptz '1970-01-01 00:00:00+00' then extract(epoch from t.state_at - t.first_seen)::float8 end",
    };

    private static Distribution Read(NpgsqlDataReader row, int column)
    {
        if (row.GetInt64(column) == 0)
            return new Distribution(0, null, null, null, null, null, null, null, null);
        var p = row.GetFieldValue<double[]>(column + 4);
        return new Distribution(row.GetInt64(column), row.GetDouble(column + 1), row.GetDouble(column + 2), row.GetDouble(column + 3), p[0], p[1], p[2], p[3], p[4]);
    }

    private sealed class Group
    {
        /// <summary>By <see cref="Measure"/>; null: not asked for.</summary>
        public Distribution?[] Whole { get; set; } = [];

        public long Tasks { get; set; }

        public SortedDictionary<DateTime, Distribution?[]> Buckets { get; } = [];

        public RuntimesGroup View(string? label, bool hasBuckets) => new(label, Whole[0], Whole[1], Whole[2], Whole[3],
            hasBuckets ? [.. Buckets.Select(b => new RuntimesBucket(b.Key, b.Value[0], b.Value[1], b.Value[2], b.Value[3]))] : null);
    }
}
