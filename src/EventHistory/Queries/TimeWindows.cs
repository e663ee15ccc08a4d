using System.Globalization;
using EventHistory.Core.Search;
using Npgsql;
using NpgsqlTypes;

namespace EventHistory.Queries;

/// <summary>
/// Stretches of time, each wider than those before, from an edge on: what is asked for is looked for near the edge first. What is found often is then
/// found soon, however long the history is; and what is rare is looked for by indexes that find few rows, and not by one that gives all in their order.
/// </summary>
/// <param name="days">Tell how long the history is.</param>
internal sealed class TimeWindows(NpgsqlConnection connection, StoredDays days)
{
    private const int Widening = 8;

    /// <summary>Where rows are looked for by other indexes than that on the time.</summary>
    private static readonly TimeSpan _narrow = TimeSpan.FromSeconds(10);

    /// <summary>Where an index has the rows in their order, and only the tables to look into are to be few.</summary>
    private static readonly TimeSpan _wide = TimeSpan.FromDays(1);

    private const string OnlyBitmapsSql = "set local enable_indexscan = off; set local enable_seqscan = off";
    private const string AnyPlanSql = "set local enable_indexscan = on; set local enable_seqscan = on";

    /// <summary>Asks one after the other until it is told to stop, or until there is no more.</summary>
    /// <param name="range">Nothing outside of it is asked for.</param>
    /// <param name="backInTime">Which way to go.</param>
    /// <param name="found">How those that match are found.</param>
    /// <param name="nearest">
    /// So many rows are read one by one at first, if they have to be: a burst may have come in within seconds, and what is not rare is found among
    /// them. If that is not enough, what was found is asked for again. 0: not so.
    /// </param>
    /// <param name="ask">Asks for one of them; true: it is enough.</param>
    public async Task Ask(TimeWindow range, bool backInTime, RowsFound found, int nearest, Func<TimeWindow, Task<bool>> ask, CancellationToken ct)
    {
        if (await Span(ct) is not (var first, var last))
            return;
        var near = backInTime ? range.To : range.From;
        var limit = backInTime ? range.From : range.To;
        var start = backInTime ? Earlier(near, last) : Later(near, first);
        if (found == RowsFound.ByReading && nearest > 0 && start >= first && start <= last // nothing is near what lies outside of the history
            && await ask((backInTime ? new TimeWindow(start - _wide, near) : new TimeWindow(near, start + _wide)) with { Nearest = nearest }))
        {
            return;
        }
        if (found != RowsFound.InOrder)
            await Plan(OnlyBitmapsSql, ct);
        for (var width = found == RowsFound.InOrder ? _wide : _narrow; ; width *= Widening)
        {
            // beyond the first and the last first sign, all the rest is asked for: other times of a task may lie there
            var far = backInTime
                ? start - Later(limit, first) > width ? start - width : limit
                : Earlier(limit, last) - start > width ? start + width : limit;
            if (await ask(backInTime ? new TimeWindow(far, near) : new TimeWindow(near, far)) || far == limit)
                break;
            near = far;
        }
        if (found != RowsFound.InOrder)
            await Plan(AnyPlanSql, ct);
    }

    private static DateTime Earlier(DateTime? bound, DateTime than) => bound < than ? bound.Value : than;

    private static DateTime Later(DateTime? bound, DateTime than) => bound > than ? bound.Value : than;

    private const string CurrentSpanSql = """
        select min(t.first_seen), max(t.first_seen) from eventhistory.task t where t.settled = 'infinity' or t.settled >= $1
        """;

    /// <summary>From the first to the last first sign of a task; null: there is none.</summary>
    private async Task<(DateTime First, DateTime Last)?> Span(CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(CurrentSpanSql, connection)
        {
            CommandTimeout = QueryFault.TimeLimit,
            Parameters = { new() { Value = days.Current, NpgsqlDbType = NpgsqlDbType.TimestampTz } },
        };
        await using var row = await command.ExecuteReaderAsync(ct);
        await row.ReadAsync(ct);
        var first = days.Closed.Select(day => day.First).Append(TaskRecord.Value<DateTime>(row, 0)).Min();
        var last = days.Closed.Select(day => day.Last).Append(TaskRecord.Value<DateTime>(row, 1)).Max();
        return first is null || last is null ? null : (first.Value, last.Value);
    }

    private async Task Plan(string sql, CancellationToken ct)
    {
#pragma warning disable CA2100 // one of the constants above
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync(ct);
    }
}

/// <summary>How the rows that match are found within a window.</summary>
internal enum RowsFound
{
    /// <summary>An index has them in their order: no more are read than are wanted.</summary>
    InOrder,

    /// <summary>An index on parts of texts finds the few that there are.</summary>
    ByText,

    /// <summary>All of the window are read, by their first sign, and looked at.</summary>
    ByReading,
}

/// <param name="From">Included; null: no bound.</param>
/// <param name="To">Excluded; null: no bound.</param>
internal readonly record struct TimeWindow(DateTime? From, DateTime? To)
{
    /// <summary>Only so many tasks are looked at, those of the beginning or of the end, by their first signs; 0: all.</summary>
    public int Nearest { get; init; }

    /// <summary>The range that a filter's conditions leave to one of a task's times.</summary>
    public static TimeWindow Of(Filter filter, TimeField field)
    {
        var asked = filter.Conditions.OfType<TimeTerm>().Where(term => term.Field == field).ToList();
        return new(asked.Max(term => term.From), asked.Min(term => term.To));
    }

    /// <summary>What lies in both.</summary>
    public TimeWindow And(TimeWindow other) => new(
        From > other.From || other.From is null ? From : other.From,
        To < other.To || other.To is null ? To : other.To);

    /// <summary>The tasks to look at, as <c>t</c>.</summary>
    /// <param name="order">From which end: the order of what is asked for, so that none of one moment is left out that should be there.</param>
    public string Tasks(string order, StoredDays days, NpgsqlParameterCollection parameters) => Nearest == 0
        ? "eventhistory.task t"
        : $"""
            (select * from eventhistory.task t where true{Condition("t.first_seen", parameters)}{days.Condition(this, parameters)}
              order by {order} limit {Nearest.ToString(CultureInfo.InvariantCulture)}) t
            """;

    /// <summary>What comes behind another condition: a column's value lies within.</summary>
    public string Condition(string column, NpgsqlParameterCollection parameters)
    {
        var condition = "";
        foreach (var (bound, comparison) in ((DateTime?, string)[])[(From, ">="), (To, "<")])
        {
            if (bound is null)
                continue;
            parameters.Add(new() { Value = bound.Value, NpgsqlDbType = NpgsqlDbType.TimestampTz });
            condition += $" and {column} {comparison} ${parameters.Count.ToString(CultureInfo.InvariantCulture)}";
        }
        return condition;
    }
}
