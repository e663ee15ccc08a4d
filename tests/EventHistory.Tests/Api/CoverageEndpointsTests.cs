using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using EventHistory.Tests.Fixtures;
using EventHistory.Tests.Queries;

namespace EventHistory.Tests.Api;

/// <summary>Promise 4: it knows what it missed, and says so.</summary>
public sealed class CoverageEndpointsTests(Postgres postgres) : IAsyncLifetime
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private readonly SetClock _clock = new(Say.At("08:00:00"));
    private History _history = null!;
    private TestWeb _web = null!;

    public async ValueTask InitializeAsync()
    {
        _history = await History.Create(postgres, _clock);
        _web = await TestWeb.Start(_history.Data, _clock);
        _clock.Now = Say.At("12:00:00");
    }

    public async ValueTask DisposeAsync()
    {
        await _web.DisposeAsync();
        await _history.DisposeAsync();
    }

    [Fact]
    public async Task A_range_that_is_recorded_whole_is_complete()
    {
        await Work(Say.At("09:00:00"), minutes: 180);

        var answer = await Ask("from=2026-11-21T10:00:00Z&to=2026-11-21T11:00:00Z");

        Assert.True((bool)answer["complete"]!);
        Assert.Equal("All that the broker took from 2026-11-21T10:00:00Z to 2026-11-21T11:00:00Z is recorded, and the workers' own counts of tasks agree with it.",
            (string?)answer["reason"]);
        var source = Assert.Single(answer["sources"]!.AsArray())!;
        Assert.Equal("default", (string?)source["source"]);
        Assert.Equal("2026-11-21T08:00:00.000000Z", (string?)source["recorded_from"]);
        Assert.Equal("2026-11-21T12:00:00.000000Z", (string?)source["recorded_up_to"]);
        Assert.Equal("2026-11-21T11:00:00.000000Z", (string?)source["recorded"]![0]!["to"]);
        Assert.Empty(source["missing"]!.AsArray());
        Assert.Null(source["not_yet_recorded"]);
        var worker = Assert.Single(source["workers"]!.AsArray())!;
        Assert.Equal(("celery@w1", 101, "agrees", 60, 60), ((string?)worker["worker"], (int)worker["pid"]!, (string?)worker["verdict"], (int)worker["counted"]!, (int)worker["seen"]!));
    }

    [Fact]
    public async Task By_default_it_is_about_the_last_24_hours()
    {
        await Work(Say.At("11:50:00"), minutes: 10);

        var answer = await Ask("");

        Assert.Equal(("2026-11-20T12:00:00.000000Z", "2026-11-21T12:00:00.000000Z"), ((string?)answer["from"], (string?)answer["to"]));
        Assert.False((bool)answer["complete"]!);
        Assert.Equal("Recording of default began at 2026-11-21T08:00:00Z: what was sent before is not in the log.", (string?)answer["reason"]);
    }

    [Fact]
    public async Task Task_starts_that_a_worker_counted_and_nobody_saw_are_named_with_worker_and_time()
    {
        await Work(Say.At("09:00:00"), minutes: 180, lost: at => at >= Say.At("10:20:00") && at < Say.At("10:23:00"));

        var answer = await Ask("from=2026-11-21T08:30:00Z&to=2026-11-21T11:30:00Z");

        Assert.False((bool)answer["complete"]!);
        Assert.Equal("celery@w1 (process 101) counted more tasks started than there are task-started events in the log: "
            + "at least 3 were lost on their way to the stream, or belong to tasks with send_events=False.", (string?)answer["reason"]);
        var missing = Assert.Single(answer["sources"]![0]!["missing"]!.AsArray())!;
        Assert.Equal(("task-starts", 3, "celery@w1", "2026-11-21T10:20:00.000000Z", "2026-11-21T10:23:00.000000Z"),
            ((string?)missing["kind"], (int)missing["task_starts"]!, (string?)missing["worker"], (string?)missing["from"], (string?)missing["to"]));
    }

    [Fact]
    public async Task Repeated_events_do_not_hide_a_loss()
    {
        await Work(Say.At("09:00:00"), minutes: 60, lost: at => at.Minute == 20, times: 3);

        var source = (await Ask("from=2026-11-21T09:00:00Z&to=2026-11-21T10:00:00Z"))["sources"]![0]!;

        Assert.Equal((59, 1), ((int)source["workers"]![0]!["seen"]!, (int)source["task_starts_missing"]!));
    }

    [Fact]
    public async Task A_loss_is_found_to_the_minute_in_a_long_range()
    {
        _clock.Now = Say.At("12:00:00").AddDays(100);
        await Work(Say.At("09:00:00"), minutes: 180, lost: at => at == Say.At("10:20:30"));
        await Work(Say.At("09:00:00").AddDays(30), minutes: 10, pid: 202);
        await Work(Say.At("11:50:00").AddDays(100), minutes: 10, pid: 303);

        var source = (await Ask("from=2026-11-21T09:00:00Z&to=now"))["sources"]![0]!;

        var missing = Assert.Single(source["missing"]!.AsArray())!;
        Assert.Equal(("2026-11-21T10:20:00.000000Z", "2026-11-21T10:21:00.000000Z", 1), ((string?)missing["from"], (string?)missing["to"], (int)missing["task_starts"]!));
        Assert.Equal([(101, "misses"), (202, "agrees"), (303, "agrees")], source["workers"]!.AsArray().Select(w => ((int)w!["pid"]!, (string?)w["verdict"])));
    }

    [Fact]
    public async Task A_worker_that_restarts_in_its_container_begins_a_new_count()
    {
        await Work(Say.At("09:00:00"), minutes: 60, pid: 1);
        await Work(Say.At("10:00:10"), minutes: 90, pid: 1, lost: at => at.Minute == 20);

        var source = (await Ask("from=2026-11-21T09:00:00Z&to=2026-11-21T12:00:00Z"))["sources"]![0]!;

        Assert.Equal(2, (int)source["task_starts_missing"]!);
        Assert.Equal(["2026-11-21T10:20:00.000000Z", "2026-11-21T11:20:00.000000Z"], source["missing"]!.AsArray().Select(m => (string?)m!["from"]));
    }

    [Fact]
    public async Task A_gap_has_a_number_and_the_times_between_which_it_was_sent()
    {
        await Work(Say.At("09:00:00"), minutes: 60);
        await _history.RecordAfterGap(15_000, Say.Event("worker-heartbeat", "10:30:00", ("processed", 60)));

        var answer = await Ask("from=2026-11-21T09:30:00Z&to=2026-11-21T10:30:00Z");

        Assert.False((bool)answer["complete"]!);
        var source = answer["sources"]![0]!;
        Assert.Equal(15_000, (int)source["messages_missing"]!);
        var missing = Assert.Single(source["missing"]!.AsArray())!;
        Assert.Equal(("truncated", 15_000, "2026-11-21T10:00:00.000000Z", "2026-11-21T10:30:00.000000Z"),
            ((string?)missing["kind"], (int)missing["messages"]!, (string?)missing["from"], (string?)missing["to"]));
        Assert.Equal(["2026-11-21T10:00:00.000000Z"], source["recorded"]!.AsArray().Select(r => (string?)r!["to"]));
        Assert.True((bool)(await Ask("from=2026-11-21T09:00:00Z&to=2026-11-21T09:30:00Z"))["complete"]!);
    }

    [Fact]
    public async Task A_rejected_message_is_missing_where_it_was_sent()
    {
        await Work(Say.At("09:00:00"), minutes: 60);
        await _history.Record(Say.Event("worker-heartbeat", "10:30:00"), "not JSON");

        var missing = Assert.Single((await Ask("from=2026-11-21T10:00:00Z&to=2026-11-21T10:31:00Z"))["sources"]![0]!["missing"]!.AsArray())!;

        Assert.Equal(("rejected", 1, "2026-11-21T10:30:00.000000Z"), ((string?)missing["kind"], (int)missing["messages"]!, (string?)missing["from"]));
    }

    [Fact]
    public async Task A_recorder_that_is_behind_answers_for_what_it_has()
    {
        await Work(Say.At("09:00:00"), minutes: 60);

        var answer = await Ask("from=2026-11-21T09:00:00Z&to=2026-11-21T11:00:00Z");

        Assert.Null(answer["complete"]);
        Assert.Equal("2026-11-21T10:00:00.000000Z", (string?)answer["sources"]![0]!["not_yet_recorded"]!["from"]);
        Assert.Equal("The recorder is 2.0 h behind: the rest waits in the stream.", (string?)answer["reason"]);
    }

    [Fact]
    public async Task Where_nothing_was_ever_recorded_nothing_is_complete()
    {
        await using var database = await postgres.CreateDatabase();
        await using var web = await TestWeb.Start(database.Data, _clock);

        var answer = JsonNode.Parse(await web.Text("/api/v1/coverage"))!;

        Assert.Equal((false, "Nothing has ever been recorded."), ((bool)answer["complete"]!, (string?)answer["reason"]));
    }

    [Theory]
    [InlineData("from=yesterday", 400, "from \"yesterday\" is not a time: write ISO 8601 with a zone")]
    [InlineData("to=2026-11-21T10:00:00", 400, "to \"2026-11-21T10:00:00\" is not a time:")]
    [InlineData("from=2026-11-21T10:00:00Z&to=2026-11-21T10:00:00Z", 400, "from (2026-11-21T10:00:00Z) is not before to (2026-11-21T10:00:00Z)")]
    [InlineData("from=%2B1h", 400, "from \"+1h\" is not a time")]
    [InlineData("until=now", 400, "There is no parameter \"until\": there are from, to, source.")]
    [InlineData("source=other", 404, "There is no source \"other\": leave it out for all of them.")]
    [InlineData("source=%00", 404, "There is no source")]
    public async Task A_bad_request_is_told_what_would_be_right(string query, int status, string sentence)
    {
        var answer = await _web.Get("/api/v1/coverage?" + query);

        Assert.Equal(status, (int)answer.StatusCode);
        Assert.StartsWith(sentence, (string?)JsonNode.Parse(await answer.Content.ReadAsStringAsync(Ct))!["detail"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("from=0001-01-01T00:00:00Z&to=9999-12-31T23:59:59Z")]
    [InlineData("from=0&to=1")]
    [InlineData("to=0001-01-01T00:00:01Z")]
    [InlineData("source=default&from=&to=")]
    public async Task Odd_ranges_are_answered(string query) => Assert.Equal(HttpStatusCode.OK, (await _web.Get("/api/v1/coverage?" + query)).StatusCode);

    private const string FillSql = """
        with host as (insert into eventhistory.label (digest, value) select gen_random_uuid(), 'celery@many' || n from generate_series(1, 100) n returning id),
        known as (insert into eventhistory.worker (host_id, source_id, first_seen, last_seen, last_heard) select id, 1, '2025-01-01', '2026-11-21T12:00:00Z', now() from host returning host_id),
        cell as (
            select h.id, 7 as pid, s.span, since from host h cross join (values (60, interval '1 day'), (3600, interval '400 days'), (86400, interval '400 days')) s(span, back)
             cross join lateral generate_series(date_trunc('day', timestamptz '2026-11-21T00:00:00Z' - s.back), timestamptz '2026-11-21T11:59:00Z', s.span * interval '1 s') since),
        started as (insert into eventhistory.worker_started (span, since, host_id, pid, started) select span, since, id, pid, span - $1 from cell returning 1),
        counted as (
            insert into eventhistory.worker_counted (span, since, host_id, pid, first_at, first_processed, last_at, last_processed)
            select span, since, id, pid, since, extract(epoch from since), since + (span - 1) * interval '1 s', extract(epoch from since) + span - 1 from cell returning 1),
        gap as (
            insert into eventhistory.gap (source_id, noticed_at, kind, epoch, after_offset, next_offset, messages, position, after_time, before_time)
            select 1, at, 'truncated', 1, n, n + 5, 4, n, at - interval '1 s', at from generate_series(1, 50000) n
             cross join lateral (select timestamptz '2025-12-09T07:00:00Z' + n * interval '10 min' as at) t returning 1),
        run as (
            insert into eventhistory.recorder_run (source_id, started_at, last_alive_at, recorded_to, ended_at, ended_how)
            select 1, at, at + interval '9 min', at + interval '9 min', at + interval '9 min', 'vanished' from generate_series(1, 50000) n
             cross join lateral (select timestamptz '2025-12-09T07:00:00Z' + n * interval '10 min' as at) t returning 1)
        select (select count(*) from started) + (select count(*) from counted) + (select count(*) from gap) + (select count(*) from run)
        """;

    /// <param name="lost">In every minute, hour and day, of each worker.</param>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task A_year_of_a_hundred_workers_and_fifty_thousand_gaps_is_answered_within_a_moment(int lost)
    {
        await Work(Say.At("11:00:00"), minutes: 60);
        await using (var fill = _history.Data.CreateCommand(FillSql))
        {
            fill.CommandTimeout = 300;
            fill.Parameters.Add(new() { Value = lost });
            await fill.ExecuteNonQueryAsync(Ct);
        }
        await using (var analyze = _history.Data.CreateCommand("vacuum analyze"))
            await analyze.ExecuteNonQueryAsync(Ct);
        await Ask("");

        foreach (var range in new[] { "from=2025-12-01T00:00:00Z", "from=2026-08-01T00:00:00Z", "from=-7d", "from=-24h", "from=-1h" })
        {
            var best = TimeSpan.MaxValue;
            JsonNode answer = "";
            for (var n = 0; n < 5; n++)
            {
                var started = Stopwatch.GetTimestamp();
                answer = await Ask(range);
                best = Stopwatch.GetElapsedTime(started) < best ? Stopwatch.GetElapsedTime(started) : best;
            }
            TestContext.Current.TestOutputHelper!.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{range}: {best.TotalMilliseconds:0} ms"));
            var source = answer["sources"]![0]!;
            Assert.Equal(101, source["workers"]!.AsArray().Count);
            Assert.InRange(source["missing"]!.AsArray().Count, 1, 200);
            Assert.True((long)source["missing_total"]! >= source["missing"]!.AsArray().Count);
            Assert.Equal(lost > 0, (long)source["task_starts_missing"]! > 0);
            Assert.True(best < TimeSpan.FromSeconds(1), $"{range} took {best}"); // 100 ms on a quiet machine; tests run beside each other
        }
    }

    /// <summary>A worker's life: a heartbeat every 20 s, a task every minute; those that are lost count nevertheless.</summary>
    private async Task Work(DateTime from, int minutes, int pid = 101, Func<DateTime, bool>? lost = null, int times = 1)
    {
        var events = new List<string> { Beat("worker-online", from, pid, 0, 1) };
        for (var n = 0; n < minutes; n++)
        {
            var minute = from.AddMinutes(n);
            if (lost?.Invoke(minute.AddSeconds(30)) != true)
                events.AddRange(Enumerable.Repeat(Say.Event("task-started", minute.AddSeconds(30), ("uuid", $"{pid}-{minute:O}"), ("pid", pid), ("clock", 10 * n)), times));
            events.Add(Beat("worker-heartbeat", minute.AddSeconds(20), pid, n, (10 * n) + 2));
            events.Add(Beat("worker-heartbeat", minute.AddSeconds(40), pid, n + 1, (10 * n) + 4));
        }
        events.AddRange(Enumerable.Range(0, 9).Select(n => Beat("worker-heartbeat", from.AddMinutes(minutes), pid, minutes, (10 * minutes) + n)));
        foreach (var batch in events.Chunk(100))
            await _history.Record(batch);
    }

    private static string Beat(string type, DateTime at, int pid, int processed, int clock) =>
        Say.Event(type, at, ("pid", pid), ("clock", clock), ("processed", processed), ("active", 0), ("freq", 2.0));

    private async Task<JsonNode> Ask(string query) => JsonNode.Parse(await _web.Text("/api/v1/coverage?" + query))!;
}
