namespace EventHistory.Retention;

/// <summary>Positions → the day (UTC) on which they were recorded, so far as tasks may go.</summary>
internal sealed class LogDays
{
    private readonly Dictionary<int, (long[] First, DateOnly[] Day)> _segments = [];

    // without the bodies it is little: a thousand events a row
    private const string SegmentsSql = """
        select s.source_id, s.first_position, (s.recorded_at at time zone 'UTC')::date
          from eventhistory.event_segment s
         where s.recorded_at < $1
         order by s.source_id, s.first_position
        """;

    /// <param name="before">Nothing that was recorded later is asked for.</param>
    public static async Task<LogDays> Read(PruneSession session, DateTime before, CancellationToken ct)
    {
        var days = new LogDays();
        var rows = await session.Rows(SegmentsSql, row => (Source: row.GetInt32(0), First: row.GetInt64(1), Day: row.GetFieldValue<DateOnly>(2)), ct,
            new Npgsql.NpgsqlParameter { Value = before });
        foreach (var source in rows.GroupBy(row => row.Source))
            days._segments.Add(source.Key, ([.. source.Select(row => row.First)], [.. source.Select(row => row.Day)]));
        return days;
    }

    /// <summary>A position whose segment is gone is taken to lie with what is left before it.</summary>
    /// <returns>Null: nothing is left of this source.</returns>
    public DateOnly? Of(int source, long position) => _segments.TryGetValue(source, out var log) ? log.Day[Index(log.First, position)] : null;

    /// <summary>All days between two positions, both included.</summary>
    public IEnumerable<DateOnly> Between(int source, long from, long to) =>
        _segments.TryGetValue(source, out var log) ? log.Day[Index(log.First, from)..(Index(log.First, to) + 1)].Distinct() : [];

    private static int Index(long[] first, long position)
    {
        var found = Array.BinarySearch(first, position);
        return Math.Max(0, found >= 0 ? found : ~found - 1);
    }
}
