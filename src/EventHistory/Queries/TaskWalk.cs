using EventHistory.Core.Queries;
using EventHistory.Core.Search;
using EventHistory.Core.Tasks;
using Npgsql;
using NpgsqlTypes;

namespace EventHistory.Queries;

/// <summary>
/// Finds the places of a page's rows, in order. By a time, <see cref="TimeWindows"/> are asked one after the other: where an index has the rows in
/// their order (by first sign, for states and names), it is walked from the place on, and no further than the page is long. By durations, the rows are
/// sorted, or read from the indexes of days that are over.
/// </summary>
/// <param name="place">Where to begin; null: at the beginning.</param>
/// <param name="limit">How many rows at most.</param>
internal sealed class TaskWalk(NpgsqlConnection connection, StoredDays days, FilterSql filter, TaskOrder order, Cursor? place, int limit)
{
    /// <summary>Each combination of a state and a name is one walk along an index; of more than so many, rows are sorted.</summary>
    private const int MaxWalks = 200;

    /// <summary>Rows that are read before any other way is tried: they take some milliseconds.</summary>
    private const int Nearest = 20_000;

    private static readonly DateTime _last = new(9999, 12, 31, 0, 0, 0, DateTimeKind.Utc);

    private readonly bool _descending = order.IsDescending != (place?.IsBackward ?? false);

    /// <summary>The rows as they come from the place on: of a backward page, the nearest one first.</summary>
    public async Task<List<TaskPlace>> Find(CancellationToken ct)
    {
        if (!order.IsByTime || IsAboutFew(filter.Filter))
            return await Ask([filter], default, limit, ct);
        var rows = Found(filter.Filter, byFirstSign: order.Sort == TaskSort.FirstSeen);
        var walks = rows == RowsFound.InOrder ? filter.Walks(MaxWalks) : [filter];
        var found = new List<TaskPlace>();
        await new TimeWindows(connection, days).Ask(Range(), _descending, rows, Nearest, async window =>
        {
            var more = await Ask(walks, window, limit - found.Count, ct);
            if (window.Nearest > 0 && more.Count < limit)
                return false;
            found.AddRange(walks.Count == 1 ? more : Sorted(more).Take(limit - found.Count));
            return found.Count == limit;
        }, ct);
        return found;
    }

    /// <summary>What the filter leaves to the sorted time, from the place on.</summary>
    private TimeWindow Range()
    {
        var range = TimeWindow.Of(filter.Filter, order.Sort switch
        {
            TaskSort.FirstSeen => TimeField.FirstSeen,
            TaskSort.Finished => TimeField.Finished,
            TaskSort.Received => TimeField.Received,
            _ => TimeField.Started,
        });
        if (place is not { } at)
            return range;
        // others of the same moment are behind the place, too
        return range.And(_descending ? new TimeWindow(null, at.Time < _last ? at.Time.AddTicks(TimeSpan.TicksPerMicrosecond) : null) : new TimeWindow(at.Time, null));
    }

    /// <param name="byFirstSign">Whether the windows are stretches of the times of first signs; other times are looked at where an index on texts finds the rows, or in few.</param>
    public static RowsFound Found(Filter filter, bool byFirstSign) =>
        byFirstSign && IsOrderedByIndex(filter) ? RowsFound.InOrder
        : !byFirstSign || filter.Conditions.Any(IsAboutText) ? RowsFound.ByText
        : RowsFound.ByReading;

    private static bool IsAboutText(Filter condition) => condition
        is PairTerm or TextTerm { Field: TextField.Any or TextField.Id or TextField.Args or TextField.Kwargs or TextField.Result or TextField.Exception or TextField.Traceback };

    /// <summary>
    /// True if an index gives what matches by its first sign, or by it and few states and names. Of tasks that did not succeed there are few enough to
    /// look at their workers and queues on the way.
    /// </summary>
    private static bool IsOrderedByIndex(Filter filter)
    {
        var isOfFew = filter.Conditions.Any(condition => condition is TextTerm { Field: TextField.State } term
            && term.Patterns.All(p => p.Exact is { } state && state != TaskStates.Success));
        return filter.Conditions.All(condition => condition
            is TimeTerm { Field: TimeField.FirstSeen } or TextTerm { Field: TextField.Name or TextField.State } or TextTerm { Field: TextField.Group, Patterns.Count: 1 }
            || (isOfFew && condition is TextTerm { Field: TextField.Worker or TextField.Queue }));
    }

    // found by their keys, whatever else is asked
    private static bool IsAboutFew(Filter filter) => filter.Conditions.Any(condition => condition is TextTerm { Field: TextField.Id or TextField.Root or TextField.Parent } term
        && term.Patterns.All(p => p.Exact is not null));

    private async Task<List<TaskPlace>> Ask(IReadOnlyList<FilterSql> walks, TimeWindow window, int most, CancellationToken ct)
    {
        var places = new List<TaskPlace>();
        if (walks.Count == 0)
            return places;
        await using var batch = new NpgsqlBatch(connection) { Timeout = QueryFault.TimeLimit };
        foreach (var walk in walks)
            batch.BatchCommands.Add(Command(walk, window, most));
        await using var rows = await batch.ExecuteReaderAsync(ct);
        do
        {
            while (await rows.ReadAsync(ct))
                places.Add(Place(rows));
        }
        while (await rows.NextResultAsync(ct));
        return places;
    }

    private NpgsqlBatchCommand Command(FilterSql walk, TimeWindow window, int most)
    {
        var command = new NpgsqlBatchCommand();
        var seen = TimeWindow.Of(filter.Filter, TimeField.FirstSeen);
        var condition = walk.Condition(command.Parameters) + window.Condition(Value, command.Parameters)
            + days.Condition(order.Sort == TaskSort.FirstSeen ? seen.And(window) : seen, command.Parameters);
        if (place is { } at)
            condition += $" and ({Value}, t.key, t.source_id) {(_descending ? "<" : ">")} ({Add(ValueOf(at))}, {Add(at.Key)}, {Add(at.SourceId)})";
        var direction = _descending ? "desc" : "asc";
        var inOrder = $"{Value} {direction}, t.key {direction}, t.source_id {direction}";
        var tasks = window.Tasks(inOrder, days, command.Parameters);
#pragma warning disable CA2100 // put together of our own texts; values are parameters
        command.CommandText = $"""
            select {Value}, t.key, t.source_id, t.settled
              from {tasks}
             where {condition}
             order by {inOrder}
             limit {Add(most)}
            """;
#pragma warning restore CA2100
        return command;

        string Add(object value)
        {
            command.Parameters.Add(value as NpgsqlParameter ?? new NpgsqlParameter { Value = value });
            return "$" + command.Parameters.Count.ToString(System.Globalization.CultureInfo.InvariantCulture);
        }
    }

    private string Value => order.Sort switch
    {
        TaskSort.FirstSeen => "t.first_seen",
        TaskSort.Finished => "t.state_at",
        TaskSort.Received => "t.received",
        TaskSort.Started => "t.started",
        TaskSort.Runtime => "t.runtime",
        _ => ConditionWriter.Wait,
    };

    private NpgsqlParameter ValueOf(Cursor at) => order.Sort switch
    {
        TaskSort.Runtime => new NpgsqlParameter { Value = at.Seconds },
        TaskSort.Wait => new NpgsqlParameter { Value = (float)at.Seconds },
        _ => Time(at.Time),
    };

    private static NpgsqlParameter Time(DateTime at) => new() { Value = at, NpgsqlDbType = NpgsqlDbType.TimestampTz };

    private TaskPlace Place(NpgsqlDataReader row) => new(
        new Cursor(order, false, order.Sort switch
        {
            TaskSort.Runtime => BitConverter.DoubleToInt64Bits(row.GetDouble(0)),
            TaskSort.Wait => BitConverter.DoubleToInt64Bits(row.GetFloat(0)),
            _ => row.GetDateTime(0).Ticks,
        }, row.GetGuid(1), row.GetInt32(2)),
        DateTime.SpecifyKind(row.GetDateTime(3), DateTimeKind.Utc));

    private IOrderedEnumerable<TaskPlace> Sorted(IEnumerable<TaskPlace> places) => _descending
        ? places.OrderByDescending(p => p.At.Value).ThenByDescending(p => p.At.Key).ThenByDescending(p => p.At.SourceId)
        : places.OrderBy(p => p.At.Value).ThenBy(p => p.At.Key).ThenBy(p => p.At.SourceId);
}

/// <summary>Where a row is.</summary>
/// <param name="At">Its place in the list.</param>
/// <param name="Settled">Which partition it lies in.</param>
internal sealed record TaskPlace(Cursor At, DateTime Settled);
