using System.Text;
using EventHistory.Core.Celery;
using EventHistory.Core.Tasks;
using EventHistory.Core.Tests.Tasks;
using EventHistory.Projections;
using EventHistory.Tests.EndToEnd;
using EventHistory.Tests.Fixtures;
using EventHistory.Tests.Ingest;
using EventHistory.Tests.Queries;

namespace EventHistory.Tests.Projections;

/// <summary>When rows are written, and where they lie; what they say is a matter of the folds.</summary>
public sealed class TaskProjectionTests(Postgres postgres)
{
    private static readonly DateTime _day = new(2026, 11, 21, 10, 0, 0, DateTimeKind.Utc);
    private static readonly string _id = Say.Id(1);

    private static readonly string _received = Say.Received(_id, "shop.pay", _day);
    private static readonly string _started = Say.Event("task-started", _day.AddSeconds(1), ("uuid", _id));
    private static readonly string _succeeded = Say.Event("task-succeeded", _day.AddSeconds(2), ("uuid", _id), ("result", "1"));

    private readonly SetClock _clock = new(_day);

    /// <summary>Everything that can happen to a recorder, and nothing of it shows: one batch of all there is makes the same rows.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Rows_do_not_depend_on_batches_backlogs_or_recorders_that_were_killed(int seed)
    {
        var arrivals = Arrivals(stories: 150, new Random(seed));
        await using var calm = await History.Create(postgres, _clock);
        await calm.Record(arrivals);
        var expected = await AllRows.Comparably(calm.Data);

        await using var batches = await History.Create(postgres, _clock);
        await Play(batches, arrivals, new Random(seed), backlogs: false, killed: false);
        AllRows.Same(expected, await AllRows.Comparably(batches.Data));

        await using var backlogs = await History.Create(postgres, _clock);
        await Play(backlogs, arrivals, new Random(seed), backlogs: true, killed: false);
        AllRows.Same(expected, await AllRows.Comparably(backlogs.Data));

        await using var killed = await History.Create(postgres, _clock);
        await Play(killed, arrivals, new Random(seed), backlogs: true, killed: true);
        AllRows.Same(expected, await AllRows.Comparably(killed.Data));

        var starts = arrivals.Select(Event).Where(e => e.Kind == EventKind.TaskStarted).Select(Stamp.Of).OfType<Stamp>().Distinct().Order().ToList();
        foreach (var history in new[] { calm, batches, backlogs, killed })
        {
            Assert.Equal(starts, history.Starts.Order());
            await AssertSettled(history);
        }
    }

    [Fact]
    public async Task Events_one_batch_at_a_time_make_the_rows_that_one_batch_makes()
    {
        var arrivals = Arrivals(stories: 20, new Random(7));
        await using var together = await History.Create(postgres, _clock);
        await together.Record(arrivals);
        await using var apart = await History.Create(postgres, _clock);
        foreach (var message in arrivals)
            await apart.Record(message);
        AllRows.Same(await AllRows.Comparably(together.Data), await AllRows.Comparably(apart.Data));
        await AssertSettled(apart);
    }

    [Fact]
    public async Task A_batch_that_is_full_leaves_open_tasks_for_later_and_says_so()
    {
        await using var history = await History.Create(postgres, _clock);
        await history.RecordInBacklog(Say.Event("worker-online", _day), _received, Say.Received(Say.Id(2), "shop.pay", _day), Say.Failed(Say.Id(2), _day.AddSeconds(1)), _started);
        Assert.Equal([Say.Id(2)], await Keys(history));
        Assert.Equal((2L, 6L, true), (history.Source.Reflected, history.Source.NextPosition, history.IsBehind));
        Assert.Equal([(2L, 6L)], await history.Data.All("select reflected, next_position from eventhistory.source", row => (row.GetInt64(0), row.GetInt64(1))));

        await history.RecordInBacklog(Say.Event("worker-heartbeat", _day));
        Assert.Equal(2, history.Source.Reflected);
        await history.Record();
        Assert.Equal([_id, Say.Id(2)], await Keys(history));
        Assert.Equal((7L, 7L, false), (history.Source.Reflected, history.Source.NextPosition, history.IsBehind));
        Assert.Equal(2, await Scalar(history, $"select event_count from eventhistory.task where key = '{_id}'"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_a_killed_recorder_left_for_later_is_done_by_the_next_one(bool reads)
    {
        string[] before = [_received, Say.Received(Say.Id(2), "shop.pay", _day), Say.Failed(Say.Id(2), _day.AddSeconds(1)), Say.Received(Say.Id(3), "shop.pay", _day)];
        string[] after = [_started, Say.Event("task-started", _day.AddSeconds(1), ("uuid", Say.Id(2)))];
        await using var undisturbed = await History.Create(postgres, _clock);
        await undisturbed.Record([.. before, .. after]);

        await using var history = await History.Create(postgres, _clock);
        await history.RecordInBacklog(before);
        await history.TakeOver(reads);
        Assert.True(history.IsBehind);
        await history.TakeOver(reads); // killed at once
        await history.RecordInBacklog(after);
        Assert.Equal((1L, 7L), (history.Source.Reflected, history.Source.NextPosition));
        await history.TakeOver(reads);
        await history.Record();
        Assert.Equal((7L, 7L), (history.Source.Reflected, history.Source.NextPosition));
        AllRows.Same(await AllRows.Comparably(undisturbed.Data), await AllRows.Comparably(history.Data));

        await history.TakeOver(reads);
        Assert.False(history.IsBehind);
        await AssertSettled(history);
    }

    [Fact]
    public async Task An_open_task_waits_for_its_row_no_longer_than_it_must()
    {
        await using var history = await History.Create(postgres, _clock);
        await history.RecordInBacklog(_received);
        for (var passed = 0; passed + 7500 < TaskProjection.Patience; passed += 7500)
        {
            await history.RecordInBacklog(Noise(7500));
            Assert.Empty(await Keys(history));
        }
        await history.RecordInBacklog(Noise(7500));
        Assert.Equal([_id], await Keys(history));
        Assert.Equal(history.Source.NextPosition, history.Source.Reflected);

        await history.RecordInBacklog(_started); // and again from where it was left
        Assert.Equal(history.Source.NextPosition - 1, history.Source.Reflected);
        Assert.Equal("RECEIVED", await Scalar(history, "select state from eventhistory.task"));

        static string Noise(int events) => $"[{string.Join(',', Enumerable.Repeat("""{"type":"custom-noise"}""", events))}]";
    }

    [Fact]
    public async Task A_finished_task_lies_in_the_partition_of_the_day_it_was_recorded()
    {
        await using var history = await History.Create(postgres, _clock);
        await history.Record(_received);
        Assert.Equal([("task_open", "RECEIVED", DateTime.MaxValue)], await Places(history));

        _clock.Now = _day.AddDays(1).Date.AddMicroseconds(-0.1); // the last moment of the day, and less than a database can tell
        await history.Record(_started, _succeeded);
        Assert.Equal([("task_20261121", "SUCCESS", _day.AddDays(1).Date.AddMicroseconds(-1))], await Places(history));

        _clock.Now = _day.AddDays(1).Date;
        await history.Record(Say.Received(_id, "shop.pay", _day));
        Assert.Equal([("task_20261122", "SUCCESS", _day.AddDays(1).Date)], await Places(history));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_late_event_takes_a_finished_task_to_the_partition_of_its_own_day(bool takenOver)
    {
        await using var history = await History.Create(postgres, _clock);
        await history.Record(_received, _succeeded);
        for (var day = 22; day <= 25; day++)
        {
            _clock.Now = new DateTime(2026, 11, day, 0, 0, 1, DateTimeKind.Utc);
            if (takenOver)
                await history.TakeOver(reads: day % 2 == 0);
            await history.Record(day % 2 == 0 ? _started : _succeeded);
            Assert.Equal([($"task_202611{day}", "SUCCESS", _clock.Now)], await Places(history));
            Assert.Equal(_day.AddSeconds(1), await Scalar(history, "select started from eventhistory.task"));
        }
        Assert.Equal(6, await Scalar(history, "select event_count from eventhistory.task"));
        Assert.Equal(6L, await Scalar(history, $"select count(*) from eventhistory.task_events('{_id}')"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_task_revived_after_a_week_is_open_again_and_still_one(bool inBacklog)
    {
        await using var history = await History.Create(postgres, _clock);
        await history.Record(_received, Say.Failed(_id, _day.AddSeconds(1)));
        Assert.Equal([("task_20261121", "FAILURE", _day)], await Places(history));

        var later = _clock.Now = _day.AddDays(7);
        string[] again = [Say.Event("task-received", later, ("uuid", _id), ("name", "shop.pay"), ("retries", 1)), Say.Event("task-started", later.AddSeconds(1), ("uuid", _id))];
        if (inBacklog)
        {
            await history.RecordInBacklog(again);
            Assert.Equal([("task_20261121", "FAILURE", _day)], await Places(history)); // not yet
            await history.TakeOver(reads: true);
            await history.Record();
        }
        else
        {
            await history.Record(again);
        }
        Assert.Equal([("task_open", "STARTED", DateTime.MaxValue)], await Places(history));

        _clock.Now = later.AddDays(1);
        await history.Record(Say.Event("task-succeeded", later.AddDays(1), ("uuid", _id), ("result", "2")));
        Assert.Equal([("task_20261129", "SUCCESS", _clock.Now)], await Places(history));
        Assert.Equal(5, await Scalar(history, "select event_count from eventhistory.task"));
        Assert.Equal("ValueError('no')", await Scalar(history, "select exception from eventhistory.task")); // what was known before stays
    }

    [Fact]
    public async Task A_task_that_ends_is_one_row_wherever_its_open_row_was()
    {
        await using var history = await History.Create(postgres, _clock);
        await history.Record(_received);
        await history.RecordInBacklog(_started);
        await history.RecordInBacklog(_succeeded);
        Assert.Equal([("task_20261121", "SUCCESS", _day)], await Places(history));
        Assert.Equal(history.Source.NextPosition, history.Source.Reflected);
    }

    [Fact]
    public async Task Believing_that_a_new_task_has_a_row_does_no_harm()
    {
        var arrivals = Arrivals(stories: 60, new Random(3));
        await using var right = await History.Create(postgres, _clock);
        await using var wrong = await History.Create(postgres, _clock);
        foreach (var id in arrivals.Select(Event).Select(e => e.TaskId).OfType<TaskId>().Distinct().Where((_, i) => i % 2 == 0))
            wrong.Recorded.Add(id.Key);
        foreach (var batch in arrivals.Chunk(25))
        {
            await right.Record(batch);
            await wrong.RecordAhead(isFull: false, batch);
        }
        await wrong.Finished();
        AllRows.Same(await AllRows.Comparably(right.Data), await AllRows.Comparably(wrong.Data));
    }

    [Fact]
    public async Task The_same_id_in_two_sources_is_two_tasks()
    {
        await using var first = await History.Create(postgres, _clock);
        await using var second = await first.Another("second");
        await first.Record(_received);
        await second.Record(_received, _started);
        await second.TakeOver(reads: true);
        await first.TakeOver(reads: true);
        await first.Record(_started);
        Assert.Equal([("task_open", 1, 2), ("task_open", 2, 2)], await Rows());

        await second.Record(_succeeded);
        Assert.Equal([("task_20261121", 2, 3), ("task_open", 1, 2)], await Rows());
        await first.Record(_succeeded, _succeeded);
        await second.TakeOver(reads: false);
        await second.Record(_succeeded, _succeeded);
        Assert.Equal([("task_20261121", 1, 4), ("task_20261121", 2, 5)], await Rows());

        Task<List<(string, int, int)>> Rows() => first.Data.All("select tableoid::regclass::text, source_id, event_count from eventhistory.task order by 1, 2",
            row => (row.GetString(0).Split('.')[^1], row.GetInt32(1), row.GetInt32(2)));
    }

    // In batches of any size, while days pass
    private async Task Play(History history, List<string> arrivals, Random random, bool backlogs, bool killed)
    {
        _clock.Now = _day;
        for (var next = 0; next < arrivals.Count;)
        {
            var batch = arrivals.Skip(next).Take(random.Next(1, 40)).ToArray();
            var isFull = backlogs && random.Next(5) > 0;
            if (killed && random.Next(10) == 0)
            {
                if (random.Next(2) == 0)
                    await history.KilledBefore(isFull, batch);
                await history.Finished();
                await history.TakeOver(reads: random.Next(2) == 0);
            }
            await history.RecordAhead(isFull, batch);
            next += batch.Length;
            _clock.Now = _clock.Now.AddMinutes(random.Next(120));
        }
        await history.Finished();
        await history.Record();
        Assert.Equal((false, history.Source.NextPosition), (history.IsBehind, history.Source.Reflected));
    }

    /// <summary>Life stories that overlap, with events that come too late, or twice, and ids and texts that are odd.</summary>
    private static List<string> Arrivals(int stories, Random random)
    {
        var arrivals = new List<(double At, string Json)>();
        for (var story = 0; story < stories; story++)
        {
            var start = random.Next(stories * 5);
            foreach (var e in new LifeStory(random.Next(), skewed: story % 2 == 0).Events)
            {
                var json = Encoding.UTF8.GetString(e.Json.Span);
                if (story % 10 == 0)
                    json = Odd(json, e.TaskId!.Value, story);
                arrivals.Add((start + (random.NextDouble() * random.Next(1, 60)), json));
                if (random.Next(8) == 0)
                    arrivals.Add((random.Next(stories * 6), json));
            }
        }
        return [.. arrivals.OrderBy(a => a.At).Select(a => a.Json)];
    }

    private static string Odd(string json, TaskId id, int story) => json
        .Replace($"\"{id}\"", $"\"odd / {story} é \\u0000\\ud83d\"", StringComparison.Ordinal)
        .Replace("shop.add", "größe\\u0000", StringComparison.Ordinal)
        .Replace("ValueError", $"😀 {new string('V', story * 1000)} \\ud83d\\ude00 \\u0000", StringComparison.Ordinal);

    private static CeleryEvent Event(string json)
    {
        var events = new List<CeleryEvent>();
        Assert.Null(EventDecoder.Decode(Encoding.UTF8.GetBytes(json), events));
        return Assert.Single(events);
    }

    private const string WrongSql = """
        select coalesce(t.id, t.key::text) || ' ' || t.state || ' ' || t.settled
          from eventhistory.task t
         where t.settled <> case when t.state in ('SUCCESS', 'FAILURE', 'REVOKED', 'REJECTED') then (
               select s.recorded_at from eventhistory.event_segment s
                where s.source_id = t.source_id and s.first_position <= t.last_position order by s.first_position desc limit 1) else 'infinity' end
        union all
        select 'twice: ' || coalesce(min(id), key::text) from eventhistory.task group by source_id, key having count(*) > 1
        """;

    /// <summary>Each task has one row, whose place is a function of what the log says.</summary>
    private static async Task AssertSettled(History history) => Assert.Empty(await history.Data.All(WrongSql, row => row.GetString(0)));

    private static Task<List<string>> Keys(History history) => history.Data.All("select key from eventhistory.task order by key", row => row.GetGuid(0).ToString());

    private static Task<List<(string Partition, string State, DateTime Settled)>> Places(History history) => history.Data.All(
        "select tableoid::regclass::text, state, settled from eventhistory.task", row => (row.GetString(0).Split('.')[^1], row.GetString(1), row.GetDateTime(2)));

    private static async Task<object?> Scalar(History history, string sql) => Assert.Single(await history.Data.All(sql, row => row.GetValue(0)));
}
