using Npgsql;
using NpgsqlTypes;

namespace EventHistory.Queries;

/// <summary>
/// Stretches of time, each wider than those before, from an edge on: what is asked for is looked for near the edge first. What is found often is then
/// found soon, however long the history is; and what is rare is looked for by indexes that find few rows, and not by one that gives all in their order.
/// </summary>
internal static class TimeWindows
{
    private const int Widening = 8;
    private static readonly TimeSpan _first = TimeSpan.FromMinutes(10);

    private const string OnlyBitmapsSql = "set local enable_indexscan = off; set local enable_seqscan = off";
    private const string AnyPlanSql = "set local enable_indexscan = on; set local enable_seqscan = on";

    /// <summary>Asks one after the other until it is told to stop, or until there is no more.</summary>
    /// <param name="edge">Where to begin; null: at the last first sign of a task, or at the first one.</param>
    /// <param name="backInTime">Which way to go.</param>
    /// <param name="ask">Asks for one of them; true: it is enough.</param>
    public static async Task Ask(
        NpgsqlConnection connection, DateTime? edge, bool backInTime, Func<TimeWindow, Task<bool>> ask, CancellationToken ct)
    {
        if (await Span(connection, ct) is not (var first, var last))
            return;
        var start = edge ?? (backInTime ? last : first);
        await Plan(connection, OnlyBitmapsSql, ct);
        DateTime? near = null;
        for (var width = _first; ; width *= Widening)
        {
            // beyond the first and the last first sign, all the rest is asked for: other times of a task may lie there
            DateTime? far = backInTime
                ? start - first > width ? start - width : null
                : last - start > width ? start + width : null;
            if (await ask(backInTime ? new TimeWindow(far, near) : new TimeWindow(near, far)) || far is null)
                break;
            near = far;
        }
        await Plan(connection, AnyPlanSql, ct);
    }

    private const string SpanSql = "select min(t.first_seen), max(t.first_seen) from eventhistory.task t";

    /// <summary>From the first to the last first sign of a task; null: there is none.</summary>
    private static async Task<(DateTime First, DateTime Last)?> Span(NpgsqlConnection connection, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(SpanSql, connection) { CommandTimeout = QueryFault.TimeLimit };
        await using var row = await command.ExecuteReaderAsync(ct);
        return await row.ReadAsync(ct) && !row.IsDBNull(0) ? (row.GetDateTime(0), row.GetDateTime(1)) : null;
    }

    private static async Task Plan(NpgsqlConnection connection, string sql, CancellationToken ct)
    {
#pragma warning disable CA2100 // one of the constants above
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync(ct);
    }
}

/// <param name="From">Included; null: no bound.</param>
/// <param name="To">Excluded; null: no bound.</param>
internal readonly record struct TimeWindow(DateTime? From, DateTime? To)
{
    /// <summary>What comes behind another condition: a column's value lies within.</summary>
    public string Condition(string column, NpgsqlParameterCollection parameters)
    {
        var condition = "";
        foreach (var (bound, comparison) in ((DateTime?, string)[])[(From, ">="), (To, "<")])
        {
            if (bound is null)
                continue;
            parameters.Add(new() { Value = bound.Value, NpgsqlDbType = NpgsqlDbType.TimestampTz });
            condition += $" and {column} {comparison} ${parameters.Count}";
        }
        return condition;
    }
}
