using EventHistory.Tests.EndToEnd;
using EventHistory.Tests.Fixtures;
using EventHistory.Tests.Ingest;
using EventHistory.Tests.Queries;
using Npgsql;

namespace EventHistory.Tests.Store;

public sealed class SegmentMergerTests(Postgres postgres)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private const string EventsSql = "select e::text from eventhistory.event e order by e.position";

    private const string StoriesSql = """
        select coalesce(t.id, t.key::text) || ' ' || e::text from eventhistory.task t cross join lateral eventhistory.task_events(coalesce(t.id, t.key::text)) e
         order by t.key, e.position
        """;

    private const string RangeSql = "select e::text from eventhistory.events_recorded('2026-11-20 08:30+00', '2026-11-20 10:10+00') e order by e.position";

    private static async Task<string> Seen(History history) => string.Join('\n',
        [.. await history.Data.All(EventsSql, row => row.GetString(0)),
         .. await history.Data.All(StoriesSql, row => row.GetString(0)),
         .. await history.Data.All(RangeSql, row => row.GetString(0))]);

    [Fact]
    public async Task Who_reads_the_log_sees_no_difference()
    {
        await using var history = await SmallSegments.Record(postgres);
        var (log, seen) = (await LogProof.Read(history.Data), await Seen(history));
        var tasks = await history.Data.All("select coalesce(id, key::text) from eventhistory.task", row => row.GetString(0));
        var before = new List<string>();
        foreach (var task in tasks)
            before.AddRange((await history.Details.Find(task, Ct))!.Events.Select(e => $"{e.Position} {e.RecordedAt:O} {e.Body}"));

        var count = await history.Merge();

        Assert.Equal((240, 4), (count.Segments, count.Into)); // four hours
        Assert.All(await history.Segments(), s => Assert.False(s.IsSingle));
        Assert.Equal(log, await LogProof.Read(history.Data));
        Assert.Equal(seen, await Seen(history));
        var after = new List<string>();
        foreach (var task in tasks)
            after.AddRange((await history.Details.Find(task, Ct))!.Events.Select(e => $"{e.Position} {e.RecordedAt:O} {e.Body}"));
        Assert.Equal(before, after);
        Assert.Null((await history.Verify()).Fault);
    }

    [Fact]
    public async Task Only_hours_that_are_over_are_merged_and_the_next_one_when_it_is()
    {
        await using var history = await SmallSegments.Record(postgres);
        var merger = SmallSegments.Merger(history.Data);
        var at = new DateTime(2026, 11, 20, 9, 59, 59, DateTimeKind.Utc);

        Assert.Equal(60, (await merger.Merge(at, Ct)).Segments);
        Assert.Equal(0, (await merger.Merge(at, Ct)).Segments);
        Assert.Equal(1 + 180, (await history.Segments()).Count);
        Assert.Equal(60, (await merger.Merge(at.AddSeconds(1), Ct)).Segments);
        Assert.Equal(120, (await merger.Merge(at.AddHours(5), Ct)).Segments);
        Assert.Equal(0, (await merger.Merge(at.AddHours(6), Ct)).Segments);
        Assert.Null((await history.Verify()).Fault);
    }

    [Fact]
    public async Task What_was_merged_is_merged_again_when_more_comes_to_the_same_hour()
    {
        var clock = new SetClock();
        await using var history = await History.Create(postgres, clock);
        for (var round = 1; round <= 3; round++)
        {
            for (var i = 0; i < 20; i++)
                await history.Record(Say.Event("task-numbered", clock.Now, ("number", i)));
            await history.Merge();
            Assert.Equal((1, round * 20), Assert.Single((await history.Segments()).Select(s => (s.First, s.Count))));
        }
        Assert.Null((await history.Verify()).Fault);
    }

    [Fact]
    public async Task Two_at_once_do_not_get_in_each_others_way()
    {
        await using var history = await SmallSegments.Record(postgres, segments: 400, segmentsPerHour: 10);
        var log = await LogProof.Read(history.Data);

        var counts = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => history.Merge(), Ct)));
        var rest = await history.Merge(); // who met another one at it left the rest to it

        Assert.Equal(400, counts.Sum(c => c.Segments) + rest.Segments);
        Assert.Equal(40, (await history.Segments()).Count);
        Assert.Equal(log, await LogProof.Read(history.Data));
        Assert.Null((await history.Verify()).Fault);
    }

    [Fact]
    public async Task Merging_and_proving_go_on_while_the_log_grows()
    {
        await using var history = await History.Create(postgres);
        using var recorded = new CancellationTokenSource();
        var merging = Task.Run(async () =>
        {
            var merged = 0L;
            while (!recorded.IsCancellationRequested)
                merged += (await history.Merge()).Segments; // this hour, too: the end of the log is where it hurts
            return merged;
        }, Ct);
        var proving = Task.Run(async () =>
        {
            var proofs = 0;
            for (; !recorded.IsCancellationRequested; proofs++)
                Assert.Null((await history.Verify()).Fault);
            return proofs;
        }, Ct);

        for (var i = 0; i < 400; i++)
            await history.Record(Say.Received(Say.Id(i / 4), "task", Say.At("10:00:00").AddSeconds(i)), Say.Event("task-numbered", "10:00:00", ("number", i)));
        await recorded.CancelAsync();

        Assert.InRange(await merging, 100, long.MaxValue);
        Assert.InRange(await proving, 2, int.MaxValue);
        var verdict = await history.Verify();
        Assert.Null(verdict.Fault);
        Assert.Equal((800, 400), (verdict.Last, verdict.Links));
    }

    [Fact]
    public async Task A_segment_that_is_not_what_was_recorded_is_left_alone()
    {
        await using var history = await SmallSegments.Record(postgres);
        var segments = await history.Segments();
        var wrong = segments[100];
        await history.Change($"update eventhistory.event_segment set body = regexp_replace(body, '\"pid\": *\\d', '\"pid\":7') where first_position = {wrong.First}");

        Assert.Equal(180, (await history.Merge()).Segments); // all but its hour's

        Assert.Contains(wrong, await history.Segments());
        Assert.Equal(wrong.First, (await history.Verify()).Fault?.Position);
    }

    [Fact]
    public async Task Half_a_merge_is_no_merge()
    {
        await using var history = await SmallSegments.Record(postgres);
        await history.Change("""
            create function fail() returns trigger language plpgsql as $$ begin raise exception 'the disk is full' using errcode = '53100'; end $$;
            create trigger fail before insert on eventhistory.event_segment for each row when (new.part_counts is not null and new.first_position > 200) execute function fail()
            """);

        await Assert.ThrowsAsync<PostgresException>(() => history.Merge());
        Assert.Null((await history.Verify()).Fault);
        await history.Change("drop trigger fail on eventhistory.event_segment");
        await history.Merge();
        Assert.Equal(4, (await history.Segments()).Count);
        Assert.Null((await history.Verify()).Fault);
    }

    [Theory]
    [InlineData("part_counts = '{1}', part_recorded_at = '{2026-11-20 08:00+00}'")]
    [InlineData("part_counts = array[event_count - 1, 2], part_recorded_at = array[recorded_at, recorded_at]")]
    [InlineData("part_counts = array[event_count, 0], part_recorded_at = array[recorded_at, recorded_at]")]
    [InlineData("part_counts = array[event_count - 1, 1], part_recorded_at = array[recorded_at]")]
    [InlineData("part_counts = array[event_count - 1, 1], part_recorded_at = null")]
    [InlineData("part_counts = array[event_count, null], part_recorded_at = array[recorded_at, recorded_at]")]
    [InlineData("part_counts = array[event_count - 1, 1], part_recorded_at = array[recorded_at, recorded_at - interval '1 second']")]
    public async Task A_row_whose_parts_cannot_be_is_refused(string parts)
    {
        await using var history = await History.Create(postgres);
        await history.Record(Enumerable.Range(0, 5).Select(i => Say.Event("task-numbered", "10:00:00", ("number", i))));

        var refusal = await Assert.ThrowsAsync<PostgresException>(() => history.Change($"update eventhistory.event_segment set {parts}"));
        Assert.Equal(PostgresErrorCodes.CheckViolation, refusal.SqlState);
    }
}
