using EventHistory.Core.Celery;
using EventHistory.Core.Log;
using EventHistory.Core.Queries;
using EventHistory.Queries;
using EventHistory.Store;
using EventHistory.Tests.Fixtures;
using EventHistory.Tests.Ingest;
using EventHistory.Tests.Queries;
using Npgsql;

namespace EventHistory.Tests.Store;

/// <summary>Events go, and whoever reads the log finds all others where they were.</summary>
public sealed class SegmentRewriterTests(Postgres postgres) : IAsyncLifetime
{
    private const string EventsSql = "select e.position::text || ' ' || e::text from eventhistory.event e order by e.position";
    private const string RangeSql = "select e.position::text || ' ' || e::text from eventhistory.events_recorded('2026-11-20 08:00+00', '2026-11-20 13:00+00') e order by e.position";
    private const string TasksSql = "select distinct e.task_id from eventhistory.event e where e.task_id is not null and e.type like 'task-%' order by 1";
    private const string TombstonesSql = "select count(*), sum(events)::bigint, count(link_after) from eventhistory.tombstone";

    private static readonly Removal _erasure = new(Tombstone.Erasure, RemovalProof.Digests, DateTime.UnixEpoch, "ann", "asked for", 1);
    private static readonly Removal _prune = new(Tombstone.Prune, RemovalProof.Seal, DateTime.UnixEpoch, "retention", null, 1);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private History _history = null!;
    private List<string> _events = null!;
    private List<string> _tasks = null!;

    // Two hours merged, the last two not
    public async ValueTask InitializeAsync()
    {
        _history = await SmallSegments.Record(postgres, segments: 80, segmentsPerHour: 20);
        await _history.Merge(new DateTime(2026, 11, 20, 10, 0, 0, DateTimeKind.Utc));
        _events = await Texts(EventsSql);
        _tasks = await Texts(TasksSql);
    }

    public ValueTask DisposeAsync() => _history.DisposeAsync();

    private Task<List<string>> Texts(string sql) => _history.Data.All(sql, row => row.GetString(0));

    private async Task<int> Remove(Func<long, CeleryEvent, bool> goes, Removal removal)
    {
        await using var session = await _history.Data.OpenConnectionAsync(Ct);
        await using var transaction = await session.BeginTransactionAsync(Ct);
        await SegmentLock.Take(session, 1, Ct);
        var (rewriter, events) = (new SegmentRewriter(_history.Data), 0);
        foreach (var (first, _, _) in await _history.Segments())
            events += await rewriter.Remove(session, 1, first, goes, removal, Ct);
        await TombstoneRows.MoveBeginning(session, 1, Ct);
        await transaction.CommitAsync(Ct);
        return events;
    }

    private async Task Forget(IEnumerable<string> tasks)
    {
        foreach (var task in tasks)
            await _history.Data.All($"delete from eventhistory.task where key = eventhistory.task_key('{task.Replace("'", "''", StringComparison.Ordinal)}') returning 1", row => row.GetInt32(0));
    }

    private static bool IsOf(CeleryEvent e, HashSet<string> tasks) => e.Kind.IsTask() && e.TaskId is { } id && tasks.Contains(id.ToString());

    private static long Position(string line) => long.Parse(line.AsSpan(0, line.IndexOf(' ', StringComparison.Ordinal)), System.Globalization.CultureInfo.InvariantCulture);

    [Theory]
    [InlineData(Tombstone.Erasure)]
    [InlineData(Tombstone.Prune)]
    public async Task Whoever_reads_the_log_finds_what_is_left_where_it_was(string kind)
    {
        var gone = _tasks.Where((_, i) => i % 3 == 0).ToHashSet();
        var stories = new List<string>();
        foreach (var task in _tasks.Where(t => !gone.Contains(t)))
            stories.AddRange((await _history.Details.Find(task, Ct))!.Events.Select(e => $"{e.Position} {e.RecordedAt:O} {e.Body}"));
        var positions = new HashSet<long>();

        var count = await Remove((position, e) => IsOf(e, gone) && positions.Add(position), kind == Tombstone.Erasure ? _erasure : _prune);
        await Forget(gone);

        Assert.Equal(positions.Count, count);
        Assert.InRange(count, 20, _events.Count - 20);
        var left = _events.Where(line => !positions.Contains(Position(line))).ToList();
        Assert.Equal(left, await Texts(EventsSql));
        Assert.Equal(left, await Texts(RangeSql));
        var after = new List<string>();
        foreach (var task in _tasks.Where(t => !gone.Contains(t)))
            after.AddRange((await _history.Details.Find(task, Ct))!.Events.Select(e => $"{e.Position} {e.RecordedAt:O} {e.Body}"));
        Assert.Equal(stories, after);
        await AssertListed(left.ConvertAll(Position));

        var verdict = await _history.Verify();
        Assert.Null(verdict.Fault);
        Assert.Equal((_events.Count, count), ((int)verdict.Last, (int)verdict.Tombstones.Events(kind)));
        await _history.Merge();
        Assert.Equal(left, await Texts(EventsSql));
        Assert.Null((await _history.Verify()).Fault);
        Assert.Equal(0, await Remove((position, _) => positions.Contains(position), _erasure));
    }

    // The lists of events, forwards and backwards, and the live stream
    private async Task AssertListed(List<long> left)
    {
        var (forwards, backwards) = (new List<long>(), new List<long>());
        for (var (after, more) = (0L, true); more;)
        {
            var page = await new EventListQueries(_history.Data).List(new(new EventFilter(), null, after, null, true, 7), Ct);
            forwards.AddRange(page.Value!.Events.Select(e => e.Position));
            (after, more) = (page.Value.Next!.Value, page.Value.More);
        }
        Assert.Equal(left, forwards);
        for (long? before = null; ;)
        {
            var page = await new EventListQueries(_history.Data).List(new(new EventFilter(), null, null, before, false, 7), Ct);
            backwards.AddRange(page.Value!.Events.Select(e => e.Position));
            if ((before = page.Value.Next) is null)
                break;
        }
        Assert.Equal(left, backwards.AsEnumerable().Reverse());
        var (live, lookedAt) = await new FollowQueries(_history.Data).Behind(1, 0, long.MaxValue, [], Ct);
        Assert.Equal(left, live.Select(e => e.Position));
        Assert.Equal(_events.Count, lookedAt);
    }

    [Fact]
    public async Task Where_segments_go_wholly_the_chain_and_the_beginning_go_on()
    {
        var segments = await _history.Segments();
        var (inside, last) = (segments[30], segments[^1]);
        await _history.Change("delete from eventhistory.task");
        await _history.Change("update eventhistory.source set reflected = 1");
        var heads = new LogQueries(_history.Data);
        var head = (await heads.Heads(inside.First - 1, Ct)).Sources[0];

        await Remove((position, _) => position >= inside.First && position < inside.First + inside.Count, _prune);
        await Remove((position, _) => position < segments[1].First, _prune);
        await Remove((position, _) => position >= segments[32].First && position < last.First, _prune);

        var gone = inside.Count + (segments[1].First - 1) + (last.First - segments[32].First);
        Assert.Equal([(3L, gone, 3L)], await _history.Data.All(TombstonesSql, row => (row.GetInt64(0), row.GetInt64(1), row.GetInt64(2))));
        Assert.Equal(_events.Count - gone, (await Texts(EventsSql)).Count);
        var verdict = await _history.Verify(new(null, null, null, null, TasksAreOutdated: true));
        Assert.Null(verdict.Fault);
        Assert.Equal((segments[1].First, (long)_events.Count, gone), (verdict.First, verdict.Last, verdict.Tombstones.Events(Tombstone.Prune)));
        foreach (var from in new[] { inside.First, inside.First + inside.Count, segments[40].First, last.First })
            Assert.Null((await _history.Verify(new(null, from, null, null))).Fault);
        Assert.Equal(head.Chain, (await heads.Heads(inside.First - 1, Ct)).Sources[0].Chain);
        Assert.Equal(_events.Count - gone, (await heads.Heads(null, Ct)).Sources[0].Events);

        await _history.Record(Say.Event("task-numbered", "10:00:00", ("number", 1)));
        await _history.Merge();
        Assert.Null((await _history.Verify(new(null, null, null, null, TasksAreOutdated: true))).Fault);
        await _history.Change($"delete from eventhistory.tombstone where first_position = {inside.First}");
        Assert.Equal(inside.First, (await _history.Verify(new(null, null, null, null, TasksAreOutdated: true))).Fault?.Position);
    }

    [Fact]
    public async Task A_day_may_go_with_its_table()
    {
        var events = _events.Count;
        await Remove((position, _) => position == 5, _erasure);
        await Remove((position, _) => position == 12, _prune);
        await using (var session = await _history.Data.OpenConnectionAsync(Ct))
        {
            await using var transaction = await session.BeginTransactionAsync(Ct);
            await SegmentLock.Take(session, 1, Ct);
            var (from, to) = (new DateTime(2026, 11, 20, 0, 0, 0, DateTimeKind.Utc), new DateTime(2026, 11, 21, 0, 0, 0, DateTimeKind.Utc));
            Assert.Equal(events - 2, await SegmentRewriter.Bury(session, 1, from, to, _prune, Ct));
            await using var drop = new NpgsqlCommand("drop table eventhistory.event_segment_20261120; delete from eventhistory.task", session);
            await drop.ExecuteNonQueryAsync(Ct);
            await transaction.CommitAsync(Ct);
        }
        var verdict = await _history.Verify();
        Assert.Null(verdict.Fault);
        Assert.Equal((1, events - 1), (verdict.Tombstones.Events(Tombstone.Erasure), verdict.Tombstones.Events(Tombstone.Prune)));
        Assert.Equal(0, (await new LogQueries(_history.Data).Heads(null, Ct)).Sources[0].Events);

        await _history.Change("select eventhistory.ensure_partition('event_segment', '2026-11-20')");
        await _history.Record(Say.Received(Say.Id(1), "shop.pay", Say.At("10:00:00")));
        verdict = await _history.Verify();
        Assert.Null(verdict.Fault);
        Assert.Equal((events + 1, events + 1, 1), (verdict.First, verdict.Last, verdict.Tasks));
    }

    [Fact]
    public async Task A_segment_that_is_not_what_was_recorded_is_not_rewritten()
    {
        var (first, _, _) = (await _history.Segments())[10];
        await _history.Change($"update eventhistory.event_segment set body = replace(body, 'utcoffset', 'Utcoffset') where first_position = {first}");

        var refusal = await Assert.ThrowsAsync<InvalidDataException>(() => Remove((position, _) => position == first, _erasure));

        Assert.StartsWith($"The segment of positions {first} to ", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(_events.Count, (await Texts(EventsSql)).Count);
    }

    [Theory]
    [InlineData("removed = '{[1,2)}'")]
    [InlineData("removed = '{[1,2)}', removed_digests = '\\x00'")]
    [InlineData("removed = '{[1,2)}', seal = '\\x00'")]
    [InlineData("removed = '{}', seal = sha256('x')")]
    [InlineData("removed = '{[1,100000)}', seal = sha256('x')")]
    [InlineData("seal = sha256('x')")]
    [InlineData("removed = '{[1,2)}', removed_digests = sha256('x'), seal = sha256('x')")]
    public async Task A_row_whose_removed_events_cannot_be_is_refused(string change)
    {
        var refusal = await Assert.ThrowsAsync<PostgresException>(() => _history.Change($"update eventhistory.event_segment set {change} where first_position = 1"));
        Assert.Equal(PostgresErrorCodes.CheckViolation, refusal.SqlState);
    }
}
