using System.Text;
using System.Text.Json;
using EventHistory.Core.Erasure;
using EventHistory.Core.Failures;
using EventHistory.Core.Log;
using EventHistory.Core.Queries;
using EventHistory.Core.Reports;
using EventHistory.Core.Retention;
using EventHistory.Erasing;
using EventHistory.Jobs;
using EventHistory.Queries;
using EventHistory.Reports;
using EventHistory.Retention;
using EventHistory.Settings;
using EventHistory.Tests.EndToEnd;
using EventHistory.Tests.Fixtures;
using EventHistory.Tests.Queries;
using EventHistory.Tests.Store;
using EventHistory.Watching;

namespace EventHistory.Tests.Ingest;

/// <summary>Promise: whatever we find and whatever an operator does is an event of the log, once, proved like all others.</summary>
public sealed class OwnEventTests(Postgres postgres, RabbitMq rabbit)
{
    private const string WaitingSql = "select body::text from eventhistory.own_event order by id";
    private const string LoggedSql = "select e.body ->> 'type' from eventhistory.event e where e.type like 'eventhistory-%' order by e.position";
    private const string NumbersSql = "select (e.body ->> 'number')::int from eventhistory.event e where e.type = 'eventhistory-numbered' order by e.position";

    private static readonly DateTime _now = DateTime.UtcNow;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static Task<List<string>> Waiting(History history) => history.Data.All(WaitingSql, row => row.GetString(0));

    private static async Task Execute(Npgsql.NpgsqlDataSource data, string sql)
    {
#pragma warning disable CA2100 // of this test
        await using var command = data.CreateCommand(sql);
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync(Ct);
    }

    /// <summary>What an event says beside its type, its time and its sender.</summary>
    private static string Said(string body)
    {
        using var json = JsonDocument.Parse(body);
        var members = json.RootElement.EnumerateObject().ToList();
        Assert.Equal(["type", "timestamp", "hostname"], members.Take(3).Select(m => m.Name));
        Assert.InRange(DateTime.UnixEpoch.AddSeconds(members[1].Value.GetDouble()), _now.AddMinutes(-5), DateTime.UtcNow.AddMinutes(5));
        Assert.Equal("eventhistory", members[2].Value.GetString());
        string[] numbers = ["finding", "failure_group", "since", "receipt", "run", "saved_query", "report", "erasure", "day", "version"];
        return string.Join(' ', [members[0].Value.GetString()!["eventhistory-".Length..], .. members.Skip(3).Select(m => numbers.Contains(m.Name) ? m.Name : $"{m.Name}={m.Value}")]);
    }

    private static async Task<IReadOnlyDictionary<string, long>> Run(History history, IScheduledWork work)
    {
        // nothing is sent until now, and the recorder knows it: as its pulse notes
        await Execute(history.Data, "update eventhistory.recorder_run set recorded_to = now(), last_alive_at = now() where ended_at is null");
        return (await work.Run(_ => { }, Ct)).Counts;
    }

    [Fact]
    public async Task Each_change_leaves_its_event_and_the_log_keeps_it_as_it_was_told()
    {
        await using var history = await History.Create(postgres);
        var (data, old) = (history.Data, _now.AddHours(-3));
        await history.Record(
            Say.Received(Say.Id(1), "shop.pay", old), Say.Failed(Say.Id(1), old), Say.Event("task-sent", old, ("uuid", Say.Id(2)), ("name", "shop.mail"), ("queue", "post")),
            Say.Event("worker-heartbeat", old, ("hostname", "celery@quiet"), ("freq", 2.0), ("processed", 1)));

        // findings
        var stuck = new StuckSearch(data, new Findings(data), new UsualTable(data, TimeProvider.System), new EventHistorySettings());
        var workers = new WorkerWatch(data, new Findings(data));
        await Run(history, stuck);
        await history.Record(Say.Received(Say.Id(2), "shop.mail", _now));
        await Run(history, stuck);
        await Execute(data, "update eventhistory.worker set last_heard = now() - interval '5 minutes' where host_id = (select id from eventhistory.label where value = 'celery@quiet')");
        await Run(history, workers);
        await history.Record(Say.Event("worker-heartbeat", _now, ("hostname", "celery@quiet"), ("freq", 2.0), ("processed", 1)));
        await Run(history, workers);

        // decisions
        var group = (await data.All("select fingerprint from eventhistory.failure_group", row => row.GetGuid(0))).Single();
        async Task Decide(string state, DateTime at, string? why, DateTime? until = null) =>
            Assert.True(await new FailureQueries(data).Decide(group, new FailureDecision(state, at, "ann", why, until, null), Ct));
        await Decide(FailureDecision.Resolved, old.AddHours(1), "fixed in 1.2");
        await history.Record(Say.Received(Say.Id(3), "shop.pay", _now.AddMinutes(-9)), Say.Failed(Say.Id(3), _now.AddMinutes(-9)));
        await Run(history, new FailureWatch(data));
        await Decide(FailureDecision.Ignored, _now, null, DateTime.UnixEpoch.AddDays(30_000));
        await Run(history, new FailureWatch(data));

        // pins, retention, what is kept under a name
        var pins = new Pins(data);
        await pins.Set(Say.Id(3), new PinRequest("ann", "for \"the\" audit 🐇"), _now, Ct);
        await pins.Remove(Say.Id(3), Ct);
        await new RetentionPolicies(data, new EventHistorySettings()).Set(new RetentionPolicy { MaxTasks = null }, _now, Ct);
        var query = new SavedQuery
        {
            Id = Guid.NewGuid(),
            Name = "failed",
            Q = "state:FAILURE",
            Columns = ["id"],
            Sort = "first_seen",
            Order = TaskListQuery.Descending,
            ChangedAt = _now,
            ChangedBy = "ann",
        };
        var report = new Report
        {
            Id = Guid.NewGuid(),
            Name = "daily",
            Kind = ReportKind.Throughput,
            SavedQuery = null,
            Range = ReportRange.Default,
            Cron = "0 6 * * *",
            TimeZone = "UTC",
            Formats = ReportForm.All,
            Rows = 10,
            To = [],
            ChangedAt = _now,
            ChangedBy = "bob",
        };
        var (queries, reports) = (new SavedQueries(data), new ReportDefinitions(data));
        Assert.True(await queries.Put(query, Ct) && await queries.Put(query with { Name = "all failed" }, Ct) && await queries.Delete(query.Id, Ct));
        Assert.True(await reports.Put(report, Ct) && await reports.Put(report with { Cron = null }, Ct) && await reports.Delete(report.Id, Ct));

        // what makes less of the history, or makes it anew
        using var signal = new ErasureSignal();
        await new ErasureRequests(data, signal, TimeProvider.System).Add(ErasureRequest.Of([Say.Id(1)], null, null, "ann", "ticket 17", false, _now).Value!, Ct);
        Assert.True(await new Eraser(data, TimeProvider.System).Run(_ => { }, Ct));
        await new Prune(data).Run(new RetentionPolicy { MaxTasks = 0 }, new DateTime(2100, 1, 1, 0, 0, 0, DateTimeKind.Utc), _ => { }, Ct);
        await Verb.Succeeds("rebuild", history.ConnectionString);

        var told = await Waiting(history);
        Assert.Equal(
            [
                $"stuck-found finding kind=never-received task={Say.Id(2)} state=PENDING task_name=shop.mail queue_name=post since",
                $"stuck-resolved finding kind=never-received task={Say.Id(2)} state=PENDING task_name=shop.mail queue_name=post since resolution=It went on: it is RECEIVED.",
                "worker-silent finding kind=worker-silent worker=celery@quiet since",
                "worker-silence-over finding kind=worker-silent worker=celery@quiet since resolution=It was heard again.",
                "failure-decided failure_group decision=resolved by=ann why=fixed in 1.2",
                "failure-regressed finding kind=failure-regressed failure_group since",
                "failure-decided failure_group decision=ignored by=ann until=2592000000.000000",
                "failure-regression-over finding kind=failure-regressed failure_group since resolution=It was decided about by ann: ignored.",
                $"task-pinned task={Say.Id(3)} by=ann why=for \"the\" audit 🐇", $"task-unpinned task={Say.Id(3)}",
                "retention-changed policy=" + RetentionText(told),
                "saved-query-created saved_query title=failed by=ann", "saved-query-changed saved_query title=all failed by=ann", "saved-query-deleted saved_query title=all failed",
                "report-created report title=daily of=throughput cron=0 6 * * * time_zone=UTC by=bob", "report-changed report title=daily of=throughput time_zone=UTC by=bob",
                "report-deleted report title=daily of=throughput",
                "erasure-requested erasure by=ann why=ticket 17 tasks=1", "erased erasure by=ann why=ticket 17 tasks=1 events=2",
                "pruned receipt of=tasks day tasks=1 states={\"FAILURE\":1}",
                "rebuilt projection=tasks version", "rebuilt projection=workers version",
            ],
            told.Select(Said));

        await history.TakeOver(reads: true); // its read models were replaced
        var rows = await AllRows.Exactly(data);
        var before = (await LogLines(data)).Count;
        Assert.Equal(told.Count, await history.RecordOwn());
        Assert.Empty(await Waiting(history));
        Assert.Equal(told, (await LogLines(data)).Skip(before));
        Assert.Equal(0, await history.RecordOwn());
        await Proved(history, rows);
    }

    private static string RetentionText(List<string> told)
    {
        var text = told.Select(Said).Single(said => said.StartsWith("retention-changed", StringComparison.Ordinal));
        using var policy = JsonDocument.Parse(text["retention-changed policy=".Length..]);
        Assert.Equal(JsonValueKind.Null, policy.RootElement.GetProperty("max_tasks").ValueKind); // for ever, and not: by default
        return policy.RootElement.GetRawText();
    }

    private static Task<List<string>> LogLines(Npgsql.NpgsqlDataSource data) =>
        data.All("select e.body::text from eventhistory.event e order by e.position", row => row.GetString(0));

    // The rows do not know of them; merged, rebuilt and verified they are as before
    private static async Task Proved(History history, List<string> rows)
    {
        var log = await LogLines(history.Data);
        await history.Merge();
        Assert.Equal(log, await LogLines(history.Data));
        AllRows.Same(rows, await AllRows.Exactly(history.Data));
        await Verb.Succeeds("verify", history.ConnectionString);
        await Verb.Succeeds("rebuild", history.ConnectionString);
        AllRows.Same(rows, await AllRows.Exactly(history.Data));
    }

    [Fact]
    public async Task What_we_said_of_a_task_is_erased_with_it()
    {
        const string TracesSql = """
            select count(*) from (select body::text from eventhistory.own_event union all select body from eventhistory.event_segment
                                  union all select task_key::text from eventhistory.own_event_place) t where t.body like '%' || $ID$ || '%'
            """;
        await using var history = await History.Create(postgres);
        var data = history.Data;
        await history.Record([.. Enumerable.Range(1, 3).SelectMany(id => new[] { Say.Received(Say.Id(id), "shop.pay", _now), Say.Failed(Say.Id(id), _now) }),
            Say.Received("odd id", "shop.pay", _now), Say.Failed("odd id", _now)]);
        var pins = new Pins(data);
        foreach (var id in new[] { Say.Id(1), Say.Id(2), "odd id" })
            await pins.Set(id, new PinRequest("ann", null), _now, Ct);
        Assert.Equal(3, await history.RecordOwn(Say.Event("task-numbered", _now, ("number", 1))));
        await history.Merge();
        await pins.Set(Say.Id(1), new PinRequest("bob", "again"), _now, Ct);
        await pins.Set(Say.Id(3), new PinRequest("bob", null), _now, Ct);

        using var signal = new ErasureSignal();
        var (erasure, _) = await new ErasureRequests(data, signal, TimeProvider.System)
            .Add(ErasureRequest.Of([Say.Id(1), "odd id"], null, null, "ann", "ticket 17", false, _now).Value!, Ct);
        Assert.True(await new Eraser(data, TimeProvider.System).Run(_ => { }, Ct));

        foreach (var (id, left) in new[] { (Say.Id(1), 0L), ("odd id", 0L), (Say.Id(2), 2L), (Say.Id(3), 2L) })
            Assert.Equal([left], await data.All(TracesSql.Replace("$ID$", $"'{id}'", StringComparison.Ordinal), row => row.GetInt64(0)));
        Assert.Equal(6, (await ErasureRows.List(data, erasure!.Id, 1, Ct)).Single().ErasedEvents);
        await history.TakeOver(reads: true);
        Assert.Equal(3, await history.RecordOwn()); // that pin, the request and its end
        var verdict = await history.Verify();
        Assert.Null(verdict.Fault);
        Assert.Equal(6, verdict.Tombstones.Events(Tombstone.Erasure));
        Assert.Equal(["eventhistory-task-pinned", "eventhistory-task-pinned", "eventhistory-erasure-requested", "eventhistory-erased"], await data.All(LoggedSql, row => row.GetString(0)));
    }

    /// <summary>They belong to no task that could be pruned: of a day that is, they are what is left.</summary>
    [Fact]
    public async Task A_prune_leaves_them_in_the_log()
    {
        var clock = new SetClock(new DateTime(2026, 11, 1, 10, 0, 0, DateTimeKind.Utc));
        await using var history = await History.Create(postgres, clock);
        for (var day = 0; day < 3; day++, clock.Now = clock.Now.AddDays(1))
        {
            await Execute(history.Data, $"select eventhistory.tell('eventhistory-numbered', '{{\"number\": {day}}}')");
            await history.RecordOwn([.. Enumerable.Range(day * 10, 10).SelectMany(id => new[] { Say.Received(Say.Id(id), "shop.pay", clock.Now), Say.Failed(Say.Id(id), clock.Now) })]);
        }

        var result = await new Prune(history.Data).Run(new RetentionPolicy { MaxTasks = 1 }, new DateTime(2100, 1, 1, 0, 0, 0, DateTimeKind.Utc), _ => { }, Ct);

        Assert.Equal((29, 58), (result.Tasks, result.Events));
        Assert.Equal([0, 1, 2], await history.Data.All(NumbersSql, row => row.GetInt32(0)));
        var rows = await AllRows.Exactly(history.Data);
        Assert.InRange(await history.RecordOwn(), 4, 10); // its receipts
        await Verb.Succeeds("verify", history.ConnectionString);
        await Verb.Succeeds("rebuild", history.ConnectionString);
        AllRows.Same(rows, await AllRows.Exactly(history.Data));
    }

    /// <summary>Not one message comes in, nor ever did.</summary>
    [Fact]
    public async Task A_quiet_system_shows_at_once_what_an_operator_did()
    {
        await using var feed = await rabbit.CreateFeed();
        await using var database = await postgres.CreateDatabase();
        await using var service = await Recorder.Start(feed, database.ConnectionString).Ready();
        foreach (var (number, path, method) in new[] { (1, "/api/v1/retention", HttpMethod.Put), (2, "/api/v1/jobs/watch-workers/run", HttpMethod.Post) })
        {
            await Until.True(async () =>
            {
                using var request = new HttpRequestMessage(method, path) { Content = new StringContent("{\"max_tasks\": 5000000}", Encoding.UTF8, "application/json") };
                using var answer = await service.Http.SendAsync(request, Ct);
                return answer.IsSuccessStatusCode; // there are no jobs in the first moments
            }, path);
            await database.WaitForPosition(number, seconds: 5);
        }

        var page = await service.Http.GetStringAsync(new Uri("/api/v1/events?type=eventhistory-retention-changed", UriKind.Relative), Ct);
        using var events = JsonDocument.Parse(page);
        var said = events.RootElement.GetProperty("events").EnumerateArray().Single();
        Assert.Equal((1, 5_000_000), (said.GetProperty("position").GetInt64(), said.GetProperty("body").GetProperty("policy").GetProperty("max_tasks").GetInt64()));
        Assert.Equal(["eventhistory-retention-changed", "eventhistory-job-asked"], await database.Data.All(LoggedSql, row => row.GetString(0)));
        // the stream was not moved on, nor is anything said of when it was read
        const string SourceSql = "select last_offset is null, (select count(*) from eventhistory.recorder_run where recorded_from is not null) from eventhistory.source";
        Assert.Equal([(true, 0L)], await database.Data.All(SourceSql, row => (row.GetBoolean(0), row.GetInt64(1))));
        await using var sender = await Sender.Connect(feed);
        await sender.SendNumbered(0, 3);
        await database.WaitForPosition(5);
        Assert.Equal([0, 1, 2], await database.Numbers());
        Assert.Empty(await database.Data.Gaps());
        Assert.Equal(5, (await LogProof.Read(database.Data)).Count);
        await Verb.Succeeds("verify", database.ConnectionString);
    }

    [Fact]
    public async Task Killed_at_any_moment_none_is_lost_and_none_comes_twice()
    {
        await using var feed = await rabbit.CreateFeed();
        await using var database = await postgres.CreateDatabase();
        await using (await Recorder.Start(feed, database.ConnectionString).Ready())
        {
            // the stream is declared: what is published from now on counts
        }
        await using var sender = await Sender.Connect(feed);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        var telling = Task.Run(() => Tell(database, end.Token), Ct);
        var random = new Random(20261121);
        var (sent, waited) = (0, 0);
        for (var kill = 0; kill < 6; kill++)
        {
            await using var service = await Recorder.Start(feed, database.ConnectionString).Ready();
            if (kill % 2 == 0) // else there is nothing but our own events
                await sender.SendNumbered(sent, 2000);
            sent += kill % 2 == 0 ? 2000 : 0;
            await database.WaitForPosition((await database.Data.Position() ?? 0) + 1 + random.Next(1500), seconds: 60);
            await service.Kill();
            waited += (await database.Data.All(WaitingSql, row => 1)).Sum();
        }
        await end.CancelAsync();
        var told = await telling;
        Assert.True(waited > 0, "nothing waited at any kill");

        await using (var service = await Recorder.Start(feed, database.ConnectionString).Ready())
        {
            await database.WaitForPosition(sent + told, seconds: 60);
            Assert.Equal(0, await service.Terminate());
        }
        Assert.Equal(Enumerable.Range(0, told), (await database.Data.All(NumbersSql, row => row.GetInt32(0))).Order());
        Assert.Equal(Enumerable.Range(0, sent), await database.Numbers());
        Assert.Empty(await database.Data.All(WaitingSql, row => row.GetString(0)));
        Assert.Equal(sent + told, (await LogProof.Read(database.Data)).Count);
        await Verb.Succeeds("verify", database.ConnectionString);
    }

    // Some transactions are long, so numbers do not become visible in their order
    private static async Task<int> Tell(TestDatabase database, CancellationToken end)
    {
        var told = 0;
        while (!end.IsCancellationRequested)
        {
            var first = told;
            told += 40;
            await Task.WhenAll(Enumerable.Range(0, 2).Select(half => Execute(database.Data, $"""
                with told as (
                    select eventhistory.tell('eventhistory-numbered', json_build_object('number', n)) from generate_series({first + (half * 20)}, {first + (half * 20) + 19}) n
                )
                select count(*), pg_sleep(0.02 * {half}) from told
                """)));
        }
        return told;
    }
}
