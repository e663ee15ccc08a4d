using System.Collections.Concurrent;
using System.Globalization;
using Npgsql;
using NpgsqlTypes;

namespace EventHistory.Queries;

/// <summary>
/// Which first signs of tasks lie in which table of a day that is over. A question about a stretch of time names the tables to look into:
/// to plan for a table and its indexes takes a millisecond, which is longer than to look into most.
/// </summary>
internal sealed class DayTables(TimeProvider time)
{
    /// <summary>A day is over for us when nothing can be written to it any more: rows only leave it then, so what is remembered of it stays right.</summary>
    private static readonly TimeSpan _settled = TimeSpan.FromDays(1);

    private readonly ConcurrentDictionary<uint, StoredDay> _known = []; // by the table's oid: one that is made anew has another

    private const string TablesSql = """
        select c.oid, c.relname from pg_catalog.pg_inherits i join pg_catalog.pg_class c on c.oid = i.inhrelid
         where i.inhparent = 'eventhistory.task'::regclass and c.relname ~ '^task_[0-9]{8}$' and substr(c.relname, 6) < $1
         order by c.relname
        """;

    public async Task<StoredDays> Read(NpgsqlConnection connection, CancellationToken ct)
    {
        var current = (time.GetUtcNow().UtcDateTime - _settled).Date;
        var tables = await Tables(connection, current, ct);
        foreach (var forgotten in _known.Keys.Except(tables.Select(t => t.Oid)))
            _known.TryRemove(forgotten, out _);
        var unknown = tables.FindAll(t => !_known.ContainsKey(t.Oid));
        if (unknown.Count > 0)
            await Learn(connection, unknown, ct);
        return new StoredDays(current, [.. tables.Select(t => _known[t.Oid])]);
    }

    private static async Task<List<(uint Oid, string Name)>> Tables(NpgsqlConnection connection, DateTime before, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(TablesSql, connection)
        {
            CommandTimeout = QueryFault.TimeLimit,
            Parameters = { new() { Value = before.ToString("yyyyMMdd", CultureInfo.InvariantCulture) } },
        };
        await command.PrepareAsync(ct);
        await using var rows = await command.ExecuteReaderAsync(ct);
        var tables = new List<(uint, string)>();
        while (await rows.ReadAsync(ct))
            tables.Add((rows.GetFieldValue<uint>(0), rows.GetString(1)));
        return tables;
    }

    // both ends of the index; tasks without any usable time are at its beginning
    private async Task Learn(NpgsqlConnection connection, List<(uint Oid, string Name)> tables, CancellationToken ct)
    {
#pragma warning disable CA2100 // names of our own tables, of which only digits differ
        await using var command = new NpgsqlCommand(string.Join(" union all ", tables.Select((table, number) => $"""
            select {number}, (select min(t.first_seen) from eventhistory.{table.Name} t where t.first_seen > '1970-01-01Z'),
                   (select max(t.first_seen) from eventhistory.{table.Name} t)
            """)), connection) { CommandTimeout = QueryFault.TimeLimit };
#pragma warning restore CA2100
        await using var rows = await command.ExecuteReaderAsync(ct);
        while (await rows.ReadAsync(ct))
        {
            var (oid, name) = tables[rows.GetInt32(0)];
            var day = DateTime.ParseExact(name[^8..], "yyyyMMdd", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal);
            _known[oid] = new StoredDay(day, TaskRecord.Value<DateTime>(rows, 1), TaskRecord.Value<DateTime>(rows, 2));
        }
    }
}

/// <param name="Day">UTC; when the tasks in it were recorded as finished.</param>
/// <param name="First">No task in it was seen earlier, apart from those without a usable time; null: there is none.</param>
/// <param name="Last">No task in it was seen first later.</param>
internal sealed record StoredDay(DateTime Day, DateTime? First, DateTime? Last)
{
    public bool MayHold(TimeWindow window) => window.From is null || window.From <= DateTime.UnixEpoch || (Last >= window.From && (window.To is null || First < window.To));
}

/// <param name="Current">Tasks that were recorded as finished from then on, and those that are open, may have any time.</param>
internal sealed record StoredDays(DateTime Current, IReadOnlyList<StoredDay> Closed)
{
    /// <summary>What comes behind another condition: leaves out the tables that hold nothing first seen in a window of time.</summary>
    public string Condition(TimeWindow window, NpgsqlParameterCollection parameters)
    {
        var days = Closed.Where(day => day.MayHold(window)).Select(day => day.Day).ToList();
        if (days.Count == Closed.Count)
            return "";
        var current = Add(Current);
        return days.Count == 0
            ? $" and (t.settled = 'infinity' or t.settled >= {current})"
            : $" and (t.settled = 'infinity' or t.settled >= {current} or (t.settled >= {Add(days[0])} and t.settled < {Add(days[^1].AddDays(1))}))";

        string Add(DateTime at)
        {
            parameters.Add(new() { Value = at, NpgsqlDbType = NpgsqlDbType.TimestampTz });
            return "$" + parameters.Count.ToString(CultureInfo.InvariantCulture);
        }
    }
}
