using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using EventHistory.Core.Retention;
using EventHistory.Retention;
using EventHistory.Tests.Api;
using EventHistory.Tests.EndToEnd;
using EventHistory.Tests.Fixtures;
using EventHistory.Tests.Ingest;
using EventHistory.Tests.Projections;
using EventHistory.Tests.Queries;
using EventHistory.Tests.Store;

namespace EventHistory.Tests.Retention;

/// <summary>Promise: what goes goes as a whole, what stays is as it was, and both can be told.</summary>
public sealed class PruneTests(Postgres postgres)
{
    private const string KeysSql = "select key::text from eventhistory.task";
    private const string FinishedSql = "select count(*) from eventhistory.task where settled < 'infinity'";
    private const string TracesSql = """
        select (select count(*) from pg_namespace where nspname in ('eventhistory_prune', 'eventhistory_pruned')) + (select count(*) from pg_trigger where tgname = 'prune')
             + (select count(*) from eventhistory.prune_receipt where pruned_at is null)
        """;

    // Events of tasks that have no row, in days of the log that were written anew
    private const string LeftoversSql = """
        select count(*) from eventhistory.event e
         where e.type like 'task-%' and e.task_id is not null
           and (e.recorded_at at time zone 'UTC')::date in (select day from eventhistory.prune_receipt where kind = 'log')
           and not exists (select from eventhistory.task t where t.key = eventhistory.task_key(e.task_id))
        """;

    private static readonly DateTime _later = new(2100, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_stays_is_as_it_was_and_can_be_rebuilt()
    {
        await using var database = await postgres.CreateDatabase();
        await HardHistory.Record(database);
        var before = await AllRows.Exactly(database.Data);
        var tasks = await Finished(database.Data);

        var result = await new Prune(database.Data).Run(new RetentionPolicy { MaxTasks = tasks / 3 }, _later, _ => { }, Ct);

        Assert.Equal(tasks, result.Tasks + await Finished(database.Data));
        Assert.InRange(result.Tasks, tasks / 5, (tasks * 2 / 3) + 1); // many belong to a workflow of which another one stays
        var after = await AllRows.Exactly(database.Data);
        Assert.Equal(result.Tasks, before.Except(after).Count()); // rows of tasks, and no other
        Assert.Empty(after.Except(before));
        Assert.All(before.Except(after), row => Assert.StartsWith("task: ", row, StringComparison.Ordinal));
        Assert.Equal([0L], await database.Data.All(LeftoversSql, row => row.GetInt64(0)));
        await Proved(database);

        await Verb.Succeeds("rebuild", database.ConnectionString);
        AllRows.Same(after, await AllRows.Exactly(database.Data));
        await Proved(database);
        var again = await new Prune(database.Data).Run(new RetentionPolicy { MaxTasks = tasks / 3 }, _later, _ => { }, Ct);
        Assert.Equal((0, 0, 0), (again.Tasks, again.Events, again.BytesFreed));
    }

    /// <summary>Late events take tasks out of the very partitions that are being written anew.</summary>
    [Fact]
    public async Task Recording_goes_on_meanwhile_and_what_changed_stays()
    {
        await using var database = await postgres.CreateDatabase();
        await HardHistory.Record(database);
        var messages = HardHistory.Messages();
        var tasks = await Finished(database.Data);
        var pruning = Task.CompletedTask;
        for (var round = 0; round < 3; round++)
        {
            var most = tasks * (3 - round) / 4;
            pruning = Task.Run(() => new Prune(database.Data).Run(new RetentionPolicy { MaxTasks = most }, _later, _ => { }, Ct), Ct);
            while (!pruning.IsCompleted)
                await RecordSome(database, messages, new Random(round));
            await pruning;
        }
        await RecordSome(database, messages, new Random(9));

        await Proved(database);
        var rows = await AllRows.Exactly(database.Data);
        await Verb.Succeeds("rebuild", database.ConnectionString);
        AllRows.Same([.. rows.Where(IsTask)], [.. (await AllRows.Exactly(database.Data)).Where(IsTask)]);
        await Proved(database);
    }

    [Fact]
    public async Task Whole_days_are_dropped_and_a_mixed_one_is_written_anew()
    {
        await using var history = await Days(5, perDay: 40);
        var (size, before) = (await Size(history), await history.Data.All(KeysSql, row => row.GetString(0)));
        var policy = new RetentionPolicy { MaxTasks = 110 };
        var preview = await new Prune(history.Data).Preview(policy, _later, Ct);
        Assert.Equal((90L, 200L), (preview.Tasks, preview.TasksBefore));
        Assert.Equal([("2026-11-01", 40L, "dropped"), ("2026-11-02", 40L, "dropped"), ("2026-11-03", 10L, "rewritten")],
            preview.Days.Select(day => ($"{day.Day:yyyy-MM-dd}", day.Going, day.Fate)));
        Assert.Equal(before, await history.Data.All(KeysSql, row => row.GetString(0)));

        var result = await new Prune(history.Data).Run(policy, _later, _ => { }, Ct);

        Assert.Equal(90, result.Tasks);
        Assert.Equal(Enumerable.Range(90, 110).Select(Say.Id), (await history.Data.All(KeysSql, row => row.GetString(0))).Order());
        Assert.Equal(["task_20261103", "task_20261104", "task_20261105"], (await Tables(history)).Where(name => name.StartsWith("task_2", StringComparison.Ordinal) && name.CompareTo("task_20261106") < 0));
        Assert.Equal(160, result.Events); // of the third day most stays
        Assert.True(await Size(history) < size);
        Assert.InRange(result.BytesFreed, size - await Size(history) - 100_000, size);
        await Proved(history);
        await AssertTold(history);
    }

    [Fact]
    public async Task A_workflow_goes_as_a_whole_and_a_pin_keeps_it()
    {
        var clock = new SetClock(new DateTime(2026, 11, 1, 10, 0, 0, DateTimeKind.Utc));
        await using var history = await History.Create(postgres, clock);
        // three workflows of a root on the first day and a child on each of the first two; the last one's youngest child finishes on the third
        for (var day = 0; day < 3; day++)
        {
            foreach (var flow in day < 2 ? [0, 1, 2] : new[] { 2 })
            {
                if (day == 0)
                    await Task(flow * 10, flow * 10);
                await Task((flow * 10) + 1 + day, flow * 10);
            }
            for (var alone = 0; alone < 10; alone++)
                await Task(1000 + (day * 100) + alone, 1000 + (day * 100) + alone);
            clock.Now = clock.Now.AddDays(1);
        }
        async Task Task(int id, int root) => await history.Record(
            Say.Event("task-received", clock.Now, ("uuid", Say.Id(id)), ("name", "shop.step"), ("root_id", Say.Id(root)), ("parent_id", id == root ? null : Say.Id(root))),
            Say.Event("task-succeeded", clock.Now, ("uuid", Say.Id(id)), ("runtime", 0.1)));
        await new Pins(history.Data).Set(Say.Id(12), new PinRequest("ann", null), clock.Now, Ct);
        await new Pins(history.Data).Set(Say.Id(1005), new PinRequest("ann", null), clock.Now, Ct);

        await new Prune(history.Data).Run(new RetentionPolicy { MaxTasks = 11 }, _later, _ => { }, Ct);

        var left = (await history.Data.All(KeysSql, row => row.GetString(0))).Order();
        Assert.Equal([Say.Id(10), Say.Id(11), Say.Id(12), Say.Id(20), Say.Id(21), Say.Id(22), Say.Id(23), Say.Id(1005), .. Enumerable.Range(1200, 10).Select(Say.Id)], left);
        await Proved(history);
        await new Pins(history.Data).Remove(Say.Id(12), Ct);
        await new Prune(history.Data).Run(new RetentionPolicy { MaxTasks = 11 }, _later, _ => { }, Ct);
        Assert.DoesNotContain(Say.Id(10), await history.Data.All(KeysSql, row => row.GetString(0)));
        await Proved(history);
    }

    [Fact]
    public async Task Failures_can_outlive_successes_and_open_tasks_stay()
    {
        var clock = new SetClock(new DateTime(2026, 11, 1, 10, 0, 0, DateTimeKind.Utc));
        await using var history = await History.Create(postgres, clock);
        for (var day = 0; day < 10; day++, clock.Now = clock.Now.AddDays(1))
        {
            await history.Record(Succeed(day, clock.Now).Concat([Say.Received(Say.Id(100 + day), "shop.pay", clock.Now), Say.Failed(Say.Id(100 + day), clock.Now)])
                .Append(Say.Received(Say.Id(200 + day), "shop.open", clock.Now)));
        }
        RetentionPolicy policy = new()
        {
            MaxTasks = null,
            MaxAge = [new AgeRule("FAILURE", null, TimeSpan.FromDays(8)), new AgeRule(null, "shop.*", TimeSpan.FromDays(3))],
        };
        await new Prune(history.Data).Run(policy, new DateTime(2026, 11, 11, 9, 0, 0, DateTimeKind.Utc), _ => { }, Ct);

        var left = (await history.Data.All(KeysSql, row => row.GetString(0))).ToHashSet();
        Assert.Equal(Enumerable.Range(7, 3).Concat(Enumerable.Range(102, 8)).Concat(Enumerable.Range(200, 10)).Select(Say.Id), left.Order());
        await Proved(history);
    }

    [Fact]
    public async Task A_late_event_makes_a_row_again_from_what_is_left()
    {
        await using var history = await Days(3, perDay: 20);
        await new Prune(history.Data).Run(new RetentionPolicy { MaxTasks = 15 }, _later, _ => { }, Ct);
        await history.Record(Say.Failed(Say.Id(3), Say.At("10:00:00")), Say.Failed(Say.Id(30), Say.At("10:00:00")));

        Assert.Equal([(Say.Id(3), 1), (Say.Id(30), 1)], await history.Data.All(
            $"select key::text, event_count from eventhistory.task where key in ('{Say.Id(3)}', '{Say.Id(30)}') order by 1", row => (row.GetString(0), row.GetInt32(1))));
        await Proved(history);
    }

    /// <summary>In few rows, of which the space is used again, and by age of what is no task.</summary>
    [Fact]
    public async Task Heartbeats_rollups_and_rejected_messages_have_ages_of_their_own()
    {
        var clock = new SetClock(new DateTime(2026, 11, 1, 10, 0, 0, DateTimeKind.Utc));
        await using var history = await History.Create(postgres, clock);
        for (var day = 0; day < 4; day++, clock.Now = clock.Now.AddDays(1))
            await history.Record([Say.Event("worker-heartbeat", clock.Now, ("processed", day), ("active", 0)), .. Succeed(day, clock.Now), "nonsense"]);
        RetentionPolicy policy = new() { WorkerHeartbeats = TimeSpan.FromDays(1), Rollups = TimeSpan.FromDays(2), RejectedMessages = TimeSpan.FromDays(3) };
        var now = new DateTime(2026, 11, 4, 12, 0, 0, DateTimeKind.Utc);
        var preview = await new Prune(history.Data).Preview(policy, now, Ct);
        var result = await new Prune(history.Data).Run(policy, now, _ => { }, Ct);

        Assert.Equal([("worker_heartbeats", 3L), ("rollups", 12L), ("rejected_messages", 1L)], preview.Shares.Select(share => (share.Limit, share.Rows)));
        Assert.Equal(preview.Shares.Select(share => share.Rows), result.Other.Values);
        Assert.Equal([(1L, 12L, 3L)], await history.Data.All(
            "select (select count(*) from eventhistory.worker_minute), (select count(*) from eventhistory.rollup), (select count(*) from eventhistory.rejected_message)",
            row => (row.GetInt64(0), row.GetInt64(1), row.GetInt64(2))));
    }

    [Fact]
    public async Task Old_heartbeats_go_with_the_day_of_the_log_and_the_chain_is_carried_over()
    {
        await using var history = await Days(4, perDay: 20);
        await new Prune(history.Data).Run(new RetentionPolicy { MaxTasks = 40, WorkerHeartbeats = TimeSpan.FromDays(1) }, _later, _ => { }, Ct);
        Assert.DoesNotContain("event_segment_20261101", await Tables(history));
        Assert.Equal([true], await history.Data.All("select first_position > 1 from eventhistory.source", row => row.GetBoolean(0)));
        var after = await AllRows.Exactly(history.Data);
        await Proved(history);
        await Verb.Succeeds("rebuild", history.ConnectionString);
        // heartbeats of days of which most stays are still in the log
        AllRows.Same([.. after.Where(IsNoMinute)], [.. (await AllRows.Exactly(history.Data)).Where(IsNoMinute)]);

        static bool IsNoMinute(string row) => !row.StartsWith("worker_minute: ", StringComparison.Ordinal);
    }

    // 410 with the receipt, the coverage, and nothing for an id that never was
    private static async Task AssertTold(History history)
    {
        await using var web = await TestWeb.Start(history.Data, new SetClock(new DateTime(2026, 11, 10, 0, 0, 0, DateTimeKind.Utc)));
        using var gone = await web.Get($"/api/v1/tasks/{Say.Id(85)}");
        Assert.Equal(HttpStatusCode.Gone, gone.StatusCode);
        var problem = await gone.Content.ReadFromJsonAsync<JsonElement>(Ct);
        var receipt = problem.GetProperty("receipt");
        Assert.Equal(("2026-11-03", 10, 110), (receipt.GetProperty("day").GetString(), receipt.GetProperty("tasks").GetInt32(), receipt.GetProperty("policy").GetProperty("max_tasks").GetInt32()));
        Assert.Equal(10, receipt.GetProperty("states").GetProperty("SUCCESS").GetInt32());
        using var page = await web.Get($"/task/{Say.Id(85)}");
        Assert.Equal(HttpStatusCode.Gone, page.StatusCode);
        Assert.Contains("It was pruned on", await page.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
        using var there = await web.Get($"/api/v1/tasks/{Say.Id(90)}");
        Assert.Equal(HttpStatusCode.OK, there.StatusCode);
        using var never = await web.Get($"/api/v1/tasks/{Say.Id(5000)}");
        Assert.Equal(HttpStatusCode.NotFound, never.StatusCode);

        using var coverage = JsonDocument.Parse(await web.Text("/api/v1/coverage?from=2026-11-02T00:00:00Z&to=2026-11-09T00:00:00Z"));
        Assert.Equal([(40, "2026-11-02T10:00:00.000000Z"), (10, "2026-11-03T10:00:00.000000Z")],
            coverage.RootElement.GetProperty("pruned").EnumerateArray().Select(range => (range.GetProperty("tasks").GetInt32(), range.GetProperty("from").GetString()!)));
        using var receipts = JsonDocument.Parse(await web.Text("/api/v1/retention/receipts"));
        Assert.Equal(["log", "log", "tasks", "tasks", "tasks"], receipts.RootElement.GetProperty("items").EnumerateArray().Select(r => r.GetProperty("kind").GetString()));
    }

    // Tasks that begin and end at ten o'clock, numbered
    private async Task<History> Days(int days, int perDay)
    {
        var clock = new SetClock(new DateTime(2026, 11, 1, 10, 0, 0, DateTimeKind.Utc));
        var history = await History.Create(postgres, clock);
        for (var day = 0; day < days; day++, clock.Now = clock.Now.Date.AddDays(1).AddHours(10))
        {
            for (var task = 0; task < perDay; task++, clock.Now = clock.Now.AddSeconds(1))
                await history.Record([.. Succeed((day * perDay) + task, clock.Now), Say.Event("worker-heartbeat", clock.Now, ("processed", task), ("active", 0))]);
        }
        return history;
    }

    private static IEnumerable<string> Succeed(int id, DateTime at) =>
        [Say.Received(Say.Id(id), "shop.pay", at), Say.Event("task-succeeded", at, ("uuid", Say.Id(id)), ("runtime", 0.1), ("result", "'done'"))];

    private static async Task RecordSome(TestDatabase database, List<byte[]> messages, Random random)
    {
        await using var scribe = await Scribe.On(database, new SetClock(new DateTime(2026, 11, 25, 10, 0, 0, DateTimeKind.Utc)));
        try
        {
            for (var batch = 0; batch < 5; batch++)
                await scribe.Record(messages.Skip(random.Next(messages.Count - 50)).Take(50), isFull: random.Next(2) == 0);
            await scribe.Record(Enumerable.Empty<byte[]>());
        }
        catch (InvalidDataException)
        {
            // it remembered a task that was pruned meanwhile: another one takes over
        }
    }

    private static bool IsTask(string row) => row.StartsWith("task: ", StringComparison.Ordinal);

    private static async Task<long> Finished(Npgsql.NpgsqlDataSource data) => (await data.All(FinishedSql, row => row.GetInt64(0))).Single();

    private static async Task<long> Size(History history) => (await history.Data.All(
        "select coalesce(sum(pg_total_relation_size(oid)), 0)::bigint from pg_class where relnamespace = 'eventhistory'::regnamespace and relkind = 'r' and relname ~ '_2[0-9]{7}$'",
        row => row.GetInt64(0))).Single();

    private static Task<List<string>> Tables(History history) =>
        history.Data.All("select relname::text from pg_class where relnamespace = 'eventhistory'::regnamespace and relkind = 'r' order by 1", row => row.GetString(0));

    private static async Task Proved(History history)
    {
        Assert.Null((await history.Verify()).Fault);
        Assert.Equal([0L], await history.Data.All(TracesSql, row => row.GetInt64(0)));
    }

    private static async Task Proved(TestDatabase database)
    {
        await Verb.Succeeds("verify", database.ConnectionString);
        Assert.Equal([0L], await database.Data.All(TracesSql, row => row.GetInt64(0)));
    }
}
