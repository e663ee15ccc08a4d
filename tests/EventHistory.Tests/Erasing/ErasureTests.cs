using EventHistory.Core.Erasure;
using EventHistory.Core.Log;
using EventHistory.Core.Queries;
using EventHistory.Erasing;
using EventHistory.Store;
using EventHistory.Tests.EndToEnd;
using EventHistory.Tests.Fixtures;
using EventHistory.Tests.Ingest;
using EventHistory.Tests.Projections;
using EventHistory.Tests.Queries;
using EventHistory.Tests.Store;
using Npgsql;

namespace EventHistory.Tests.Erasing;

/// <summary>Promise: an erased task is gone from rows, numbers and log, stays gone, and the log is proved all the same.</summary>
public sealed class ErasureTests(Postgres postgres)
{
    // tasks of Say are named by their children, too
    private const string EverywhereSql = """
        select 'event ' || e::text from eventhistory.event e where e.task_id = any($$IDS$$)
         union all select 'segment ' || s.first_position || ' has ' || id from eventhistory.event_segment s, unnest($$IDS$$) id where length(id) > 30 and id not like '00000000-%' and strpos(s.body, id) > 0
         union all select 'task ' || t.key from eventhistory.task t where coalesce(t.id, t.key::text) = any($$IDS$$)
         union all select 'group ' || g.failure_id from eventhistory.failure_group g where coalesce(g.sample_id, g.sample_key::text) = any($$IDS$$)
         union all select 'pin ' || p.key from eventhistory.pin p where coalesce(p.id, p.key::text) = any($$IDS$$)
         union all select 'finding ' || f.task_key from eventhistory.finding f where coalesce(f.task_id, f.task_key::text) = any($$IDS$$)
        """;

    private const string NotedSql = """
        insert into eventhistory.pin (source_id, key, id, at, by) select t.source_id, t.key, t.id, now(), 'ann' from eventhistory.task t;
        insert into eventhistory.finding (kind, source_id, since, task_key, task_id, task_state)
        select 'running-too-long', t.source_id, now(), t.key, t.id, t.state from eventhistory.task t
        """;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static async Task<Parsed<ErasureRecord>> Ask(NpgsqlDataSource data, ErasureRequest request)
    {
        using var signal = new ErasureSignal();
        return await new ErasureRequests(data, signal, TimeProvider.System).Add(request, Ct);
    }

    private static ErasureRequest Request(IReadOnlyList<string> ids, bool unfinished = false) =>
        ErasureRequest.Of(ids, null, null, "ann", "ticket 17", unfinished, DateTime.UnixEpoch).Value!;

    private static ErasureRequest Request(string q, int limit = 100) => ErasureRequest.Of([], q, limit, "ann", "ticket 17", false, DateTime.UnixEpoch).Value!;

    private static async Task<ErasureRecord> Erase(NpgsqlDataSource data, ErasureRequest request)
    {
        var (erasure, problem) = await Ask(data, request);
        Assert.True(erasure is not null, problem);
        Assert.True(await new Eraser(data, TimeProvider.System).Run(_ => { }, Ct));
        return Assert.Single(await ErasureRows.List(data, erasure.Id, 1, Ct));
    }

    private static Task<List<string>> Everywhere(NpgsqlDataSource data, params IEnumerable<string> ids) =>
        data.All(EverywhereSql.Replace("$$IDS$$", $"array['{string.Join("','", ids)}']", StringComparison.Ordinal), row => row.GetString(0));

    private static async Task<LogVerdict> Verify(NpgsqlDataSource data) =>
        Assert.Single(await new LogVerification(data, _ => { }).Run(new VerifyRequest(null, null, null, null), Ct));

    [Fact]
    public async Task What_is_erased_is_gone_everywhere_and_a_rebuild_makes_the_rows_that_are_left()
    {
        await using var database = await postgres.CreateDatabase();
        await HardHistory.Record(database);
        await SmallSegments.Merger(database.Data).Merge(new DateTime(2026, 11, 21, 0, 0, 0, DateTimeKind.Utc), Ct);
        await using (var noted = database.Data.CreateCommand(NotedSql))
            await noted.ExecuteNonQueryAsync(Ct);
        var events = (await Verify(database.Data)).TaskEvents;
        var tasks = await database.Data.All("""
            select coalesce(t.id, t.key::text), t.event_count from eventhistory.task t
             where not exists (select from eventhistory.task o where (o.parent_key = t.key or o.root_key = t.key) and o.key <> t.key) and coalesce(t.id, '') !~ '''' order by t.key
            """, row => (Id: row.GetString(0), Events: row.GetInt32(1)));
        var gone = tasks.Where((task, i) => i % 7 == 0 || task.Events > 256).ToList();
        Assert.Contains(gone, task => task.Events > 256);

        var erasure = await Erase(database.Data, Request([.. gone.Select(task => task.Id)], unfinished: true));

        Assert.Equal((gone.Count, gone.Count, (long)gone.Sum(task => task.Events)), ((int)erasure.Tasks, (int)erasure.ErasedTasks, erasure.ErasedEvents));
        Assert.NotNull(erasure.FinishedAt);
        Assert.Empty(await Everywhere(database.Data, gone.Select(task => task.Id)));
        var verdict = await Verify(database.Data);
        Assert.Null(verdict.Fault);
        Assert.Equal((erasure.ErasedEvents, events - erasure.ErasedEvents), (verdict.Tombstones.Events(Tombstone.Erasure), verdict.TaskEvents));
        Assert.Contains($"Tombstones account for {erasure.ErasedEvents:N0} events that were erased on request.", await Verb.Succeeds("verify", database.ConnectionString), StringComparison.Ordinal);

        var before = await Rows(database.Data);
        await Verb.Succeeds("rebuild", database.ConnectionString);
        AllRows.Same(before, await Rows(database.Data));
        Assert.Empty(await Everywhere(database.Data, gone.Select(task => task.Id)));
        await Verb.Succeeds("verify", database.ConnectionString);
    }

    // A group's and a worker's times may be those of an erased task until then
    private static async Task<List<string>> Rows(NpgsqlDataSource data) =>
        (await AllRows.Exactly(data)).FindAll(row => !row.StartsWith("failure_group:", StringComparison.Ordinal) && !row.StartsWith("worker:", StringComparison.Ordinal));

    [Fact]
    public async Task The_recorder_begins_again_from_what_is_left_and_a_late_event_makes_a_new_row()
    {
        await using var history = await History.Create(postgres);
        await history.Record(Say.Received(Say.Id(1), "shop.pay", Say.At("10:00:00")), Say.Failed(Say.Id(1), Say.At("10:00:01")), Say.Received(Say.Id(2), "shop.pay", Say.At("10:00:02")));

        await Erase(history.Data, Request([Say.Id(1)]));
        await Assert.ThrowsAsync<PostgresException>(() => history.Record(Say.Failed(Say.Id(2), Say.At("10:00:03")))); // it must not write what it remembers
        await history.TakeOver(reads: true);
        await history.Record(Say.Failed(Say.Id(2), Say.At("10:00:03")), Say.Failed(Say.Id(1), Say.At("10:00:04")));

        Assert.Null((await history.Verify()).Fault);
        Assert.Equal(1, (await history.Details.Find(Say.Id(1), Ct))!.Task.EventCount);
        Assert.Equal([2L], await history.Data.All("select failed from eventhistory.rollup where resolution = 'hour' and dimension = 'all'", row => row.GetInt64(0)));
    }

    [Fact]
    public async Task What_the_recorder_knows_of_an_open_task_and_no_row_shows_goes_too_and_its_start_stays_counted()
    {
        const string StartedSql = "select started from eventhistory.worker_started where span = 60";
        await using var history = await History.Create(postgres);
        await history.Record(Say.Received(Say.Id(1), "shop.pay", Say.At("10:00:00")));
        await history.RecordInBacklog(Say.Event("task-started", "10:00:01", ("uuid", Say.Id(1))), Say.Event("task-numbered", "10:00:01"));
        Assert.True(history.IsBehind);

        var (_, refusal) = await Ask(history.Data, Request([Say.Id(1)]));
        Assert.StartsWith("A task of these is not finished, and what they do next would be recorded again; nothing was erased.", refusal, StringComparison.Ordinal);
        var erasure = await Erase(history.Data, Request([Say.Id(1)], unfinished: true));

        Assert.Equal(2, erasure.ErasedEvents);
        await history.TakeOver(reads: false);
        await history.Record(Say.Event("task-numbered", "10:00:02"));
        Assert.Empty(await Everywhere(history.Data, Say.Id(1)));
        Assert.Null((await history.Verify()).Fault);
        Assert.Equal([1L], await history.Data.All(StartedSql, row => row.GetInt64(0)));
        await Verb.Succeeds("rebuild", history.ConnectionString);
        Assert.Equal([1L], await history.Data.All(StartedSql, row => row.GetInt64(0)));
    }

    [Fact]
    public async Task A_failure_group_shows_another_task_or_goes_with_its_last()
    {
        const string SamplesSql = "select coalesce(sample_key::text, '') || ' ' || sample_exception from eventhistory.failure_group";
        await using var history = await History.Create(postgres);
        for (var n = 1; n <= 3; n++)
            await history.Record(Say.Received(Say.Id(n), "shop.pay", Say.At("10:00:00").AddSeconds(n)), Say.Failed(Say.Id(n), Say.At("10:00:01").AddSeconds(n)));
        Assert.Equal([$"{Say.Id(3)} ValueError('no')"], await history.Data.All(SamplesSql, row => row.GetString(0)));

        await Erase(history.Data, Request([Say.Id(3)]));
        Assert.Equal([$"{Say.Id(2)} ValueError('no')"], await history.Data.All(SamplesSql, row => row.GetString(0)));
        await Erase(history.Data, Request("name:shop.pay"));
        Assert.Empty(await history.Data.All(SamplesSql, row => row.GetString(0)));
        Assert.Empty(await history.Data.All("select 1 from eventhistory.rollup", row => row.GetInt32(0)));
    }

    [Fact]
    public async Task A_request_that_cannot_be_meant_erases_nothing()
    {
        await using var history = await History.Create(postgres);
        await history.Record(Enumerable.Range(1, 5).SelectMany(n => new[] { Say.Received(Say.Id(n), "shop.pay", Say.At("10:00:00")), Say.Failed(Say.Id(n), Say.At("10:00:01")) }));

        Assert.Equal($"No event of a task with the id \"{Say.Id(9)}\" is recorded; nothing was erased.", (await Ask(history.Data, Request([Say.Id(1), Say.Id(9)]))).Problem);
        Assert.Equal("More than 4 tasks match q, so nothing was erased: narrow it, or give a limit up to 10000.", (await Ask(history.Data, Request("name:shop.pay", 4))).Problem);
        Assert.Equal("No task matches q.", (await Ask(history.Data, Request("name:shop.refund"))).Problem);
        Assert.Empty(await ErasureRows.List(history.Data, null, 10, Ct));
        Assert.Equal(5, (await history.Verify()).Tasks);
    }

    [Fact]
    public async Task A_log_that_is_not_what_was_recorded_is_not_rewritten()
    {
        await using var history = await History.Create(postgres);
        await history.Record(Say.Received(Say.Id(1), "shop.pay", Say.At("10:00:00")), Say.Failed(Say.Id(1), Say.At("10:00:01")));
        await history.Change("update eventhistory.event_segment set body = replace(body, 'utcoffset', 'Utcoffset')");

        var damage = await Assert.ThrowsAsync<InvalidDataException>(() => Erase(history.Data, Request([Say.Id(1)])));

        Assert.StartsWith("The segment of positions 1 to 2 is not as it was recorded", damage.Message, StringComparison.Ordinal);
        Assert.NotNull(await history.Details.Find(Say.Id(1), Ct));
    }

    [Fact]
    public async Task Merging_goes_on_over_what_was_erased()
    {
        await using var history = await SmallSegments.Record(postgres);
        var ids = await history.Data.All("select key::text from eventhistory.task where id is null and settled < 'infinity' order by key limit 10", row => row.GetString(0));
        await Erase(history.Data, Request(ids));

        await history.Merge();

        Assert.Equal(4, (await history.Segments()).Count);
        Assert.Null((await history.Verify()).Fault);
        Assert.Equal(0, (await history.Data.All($"select count(*) from eventhistory.event where task_id in ('{string.Join("','", ids)}')", row => row.GetInt64(0)))[0]);
    }
}
