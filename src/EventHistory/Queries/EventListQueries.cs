using EventHistory.Core.Celery;
using EventHistory.Core.Queries;
using EventHistory.Core.Tasks;
using EventHistory.Store;
using Npgsql;

namespace EventHistory.Queries;

/// <summary>
/// The raw log, page by page. A task's events are found by the positions that its row remembers, all others by looking into the segments
/// that may hold them. A page that would take too long to fill ends early and says where to go on.
/// </summary>
internal sealed class EventListQueries(NpgsqlDataSource database)
{
    /// <summary>Events looked at for one page.</summary>
    private const int MaxSearched = 200_000;

    /// <summary>Bodies of one page, in characters, beyond which no further event is added: one event may be 16 MB.</summary>
    private const long MaxText = 16_000_000;

    /// <returns>A page; or what is wrong with the question.</returns>
    public async Task<Parsed<EventPage>> List(EventListQuery query, CancellationToken ct)
    {
        await using var connection = await database.OpenConnectionAsync(ct);
        await using var snapshot = await QuerySnapshot.Begin(connection, ct);
        var sources = await LogSource.All(connection, ct);
        if (SourceChoice.Problem(sources, query.Source) is { } problem)
            return new(null, problem);
        if (SourceChoice.Of(sources, query.Source) is not { } source)
            return new(new EventPage(null, [], query.Ascending ? query.After ?? 0 : null, More: false), null);

        var (from, to) = (Math.Max(source.First, (query.After ?? 0) + 1), Math.Min(source.Next, query.Before ?? long.MaxValue) - 1);
        var page = new Page(query, from, to);
        var known = await Known(connection, source, query.Filter.Tasks, ct);
        var (remembered, searchedFrom) = (known.Positions.Where(p => p >= from && p <= to && p < known.SearchedFrom).ToList(), Math.Max(from, known.SearchedFrom));
        if (query.Ascending)
        {
            await Remembered(connection, source, remembered, page, ct);
            await Search(connection, source, searchedFrom, to, page, ct);
        }
        else
        {
            await Search(connection, source, searchedFrom, to, page, ct);
            await Remembered(connection, source, remembered, page, ct);
        }
        return new(page.Finish(source.Name), null);
    }

    private const string KnownSql = """
        select positions, last_position, event_count from eventhistory.task where key = any($1) and source_id = $2
        """;

    // Rows know all positions up to where they show the log; of a task with very many events only the first ones
    private static async Task<(IEnumerable<long> Positions, long SearchedFrom)> Known(
        NpgsqlConnection connection, LogSource source, IReadOnlyList<TaskId> tasks, CancellationToken ct)
    {
        if (tasks.Count == 0)
            return ([], 0);
        await using var command = new NpgsqlCommand(KnownSql, connection)
        {
            CommandTimeout = QueryFault.TimeLimit,
            Parameters = { new() { Value = tasks.Select(t => t.Key).ToArray() }, new() { Value = source.Id } },
        };
        await using var rows = await command.ExecuteReaderAsync(ct);
        var (positions, searchedFrom) = (new SortedSet<long>(), source.Reflected);
        while (await rows.ReadAsync(ct))
        {
            var known = PositionCodec.Read(rows.GetFieldValue<byte[]>(0));
            positions.UnionWith(known);
            if (rows.GetInt32(2) > known.Length)
                searchedFrom = Math.Min(searchedFrom, known[^1] + 1);
        }
        return (positions, searchedFrom);
    }

    private static async Task Remembered(NpgsqlConnection connection, LogSource source, List<long> positions, Page page, CancellationToken ct)
    {
        foreach (var some in page.Query.Ascending ? positions.Chunk(page.Query.Limit + 1) : positions.Chunk(page.Query.Limit + 1).Reverse())
        {
            if (page.IsFull)
                return;
            var events = new List<RecordedEvent>();
            await foreach (var e in RememberedEvents.At(connection, source.Id, some, ct))
                events.Add(e);
            page.Add(events);
        }
    }

    private static async Task Search(NpgsqlConnection connection, LogSource source, long from, long to, Page page, CancellationToken ct)
    {
        if (page.IsFull || from > to)
            return;
        var filter = page.Query.Filter;
        var wanted = new SegmentsWanted(filter.Types, filter.From, filter.To);
        await foreach (var segment in LogSearch.Read(connection, source.Id, from, to, page.Query.Ascending, wanted, QueryFault.TimeLimit, ct))
        {
            page.Add(RecordedEvent.Of(segment));
            if (page.IsFull)
                return;
        }
    }

    /// <summary>What has been found so far, and how far has been looked.</summary>
    /// <param name="from">The first position that counts.</param>
    /// <param name="to">The last one.</param>
    private sealed class Page(EventListQuery query, long from, long to)
    {
        private readonly List<EventView> _events = [];
        private long? _lookedAt;
        private long _searched;
        private long _text;

        public EventListQuery Query => query;

        public bool IsFull { get; private set; }

        /// <param name="events">By position, whatever the order of the page.</param>
        public void Add(List<RecordedEvent> events)
        {
            if (!query.Ascending)
                events.Reverse();
            foreach (var e in events.Where(e => e.Position >= from && e.Position <= to && !IsFull))
            {
                _searched++;
                _lookedAt = e.Position;
                if (query.Filter.Matches(e.Event))
                {
                    _events.Add(EventView.Of(e.Position, e.RecordedAt, e.Event));
                    _text += e.Event.Json.Length;
                }
                IsFull = _events.Count == query.Limit || _text > MaxText || _searched == MaxSearched;
            }
        }

        /// <summary>All was looked at, unless the page is full.</summary>
        public EventPage Finish(string source)
        {
            var end = query.Ascending ? to : from;
            var next = IsFull ? _lookedAt!.Value : query.Ascending ? Math.Max(end, query.After ?? 0) : Math.Min(end, query.Before ?? long.MaxValue);
            var more = IsFull && next != end;
            return new EventPage(source, _events, query.Ascending || more ? next : null, more);
        }
    }
}
