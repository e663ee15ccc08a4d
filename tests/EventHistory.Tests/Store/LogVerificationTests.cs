using System.Buffers;
using EventHistory.Core.Log;
using EventHistory.Core.Tasks;
using EventHistory.Store;
using EventHistory.Tests.Fixtures;
using EventHistory.Tests.Ingest;
using EventHistory.Tests.Queries;

namespace EventHistory.Tests.Store;

/// <summary>Whatever is changed by hand is found, and named by where it is.</summary>
public sealed class LogVerificationTests(Postgres postgres) : IAsyncLifetime
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private History _history = null!;
    private List<(long First, int Count, bool IsSingle)> _segments = null!;

    // Two hours merged, the last two not
    public async ValueTask InitializeAsync()
    {
        _history = await SmallSegments.Record(postgres, segments: 80, segmentsPerHour: 20);
        await _history.Merge(new DateTime(2026, 11, 20, 10, 0, 0, DateTimeKind.Utc));
        _segments = await _history.Segments();
        Assert.Equal([false, false, true], _segments.Take(3).Select(s => s.IsSingle));
        Assert.Null((await _history.Verify()).Fault);
    }

    public ValueTask DisposeAsync() => _history.DisposeAsync();

    private long Last => _segments[^1].First + _segments[^1].Count - 1;

    private async Task<LogFault> Fault()
    {
        var fault = (await _history.Verify()).Fault;
        Assert.NotNull(fault);
        return fault;
    }

    private static string In((long First, int Count, bool IsSingle) segment) => $"The segment of positions {segment.First} to {segment.First + segment.Count - 1} ";

    private static VerifyRequest Range(long? from = null, long? to = null, NotedHead? head = null) => new(null, from, to, head);

    [Fact]
    public async Task A_log_as_it_was_recorded_is_proved_with_its_tasks()
    {
        var verdict = await _history.Verify();

        Assert.Equal((1, Last), (verdict.First, verdict.Last));
        Assert.Equal(80, verdict.Links);
        Assert.Equal(await Number("select count(*) from eventhistory.task"), verdict.Tasks);
        Assert.Equal(await Number("select sum(event_count) from eventhistory.task"), verdict.TaskEvents);
    }

    [Theory]
    [InlineData(1)] // merged
    [InlineData(30)]
    public async Task One_changed_byte_is_found_in_its_segment(int number)
    {
        var segment = _segments[number];
        await _history.Change($"""
            update eventhistory.event_segment set body = overlay(body placing 'U' from strpos(body, 'utcoffset')) where first_position = {segment.First}
            """);

        var fault = await Fault();

        Assert.Equal(segment.First, fault.Position);
        Assert.StartsWith(In(segment) + "is not as it was recorded", fault.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_changed_event_whose_link_was_made_to_fit_is_found_at_the_next_link()
    {
        var (segment, next) = (_segments[30], _segments[31]);
        await _history.Change($"""
            update eventhistory.event_segment set body = replace(body, '"type"', '"type" ') where first_position = {segment.First}
            """);
        var hex = (await Fault()).Sentence[^64..]; // the link that its events make
        await _history.Change($"update eventhistory.event_segment set chain = decode('{hex}', 'hex') where first_position = {segment.First}");

        Assert.Equal(next.First, (await Fault()).Position);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(30)]
    [InlineData(-1)]
    public async Task A_segment_that_was_taken_away_is_found(int number)
    {
        var segment = _segments[number < 0 ? ^1 : number];
        await _history.Change($"delete from eventhistory.event_segment where first_position = {segment.First}");

        var fault = await Fault();

        Assert.Equal(segment.First, fault.Position);
        Assert.Contains($"{segment.First}", fault.Sentence, StringComparison.Ordinal);
        Assert.EndsWith("missing", fault.Sentence, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("chain = sha256('x')", "has")]
    [InlineData("next_position = next_position + 1", "missing")]
    [InlineData("next_position = next_position - 1, reflected = next_position - 1", "where the source has one")]
    [InlineData("first_position = 2", "begins inside")]
    [InlineData("first_chain = sha256('x')", "is not as it was recorded")]
    public async Task A_source_that_does_not_fit_its_log_is_found(string change, string sentence)
    {
        await _history.Change($"update eventhistory.source set {change}");
        Assert.Contains(sentence, (await Fault()).Sentence, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("min_time = min_time + interval '1 microsecond'")]
    [InlineData("max_time = null")]
    [InlineData("types = types || -1")]
    [InlineData("odd_escapes = not odd_escapes")]
    public async Task What_a_segment_says_of_its_events_is_compared_with_them(string change)
    {
        var segment = _segments[30];
        await _history.Change($"update eventhistory.event_segment set {change} where first_position = {segment.First}");

        var fault = await Fault();

        Assert.Equal(segment.First, fault.Position);
        Assert.StartsWith(In(segment), fault.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_log_whose_beginning_was_taken_out_in_order_is_proved_from_there()
    {
        var (first, second) = (_segments[0], _segments[1]);
        await _history.Change($"""
            update eventhistory.source set first_position = {second.First}, first_chain = (select chain from eventhistory.event_segment where first_position = {first.First});
            delete from eventhistory.event_segment where first_position = {first.First}
            """);

        var verdict = await _history.Verify();

        Assert.Null(verdict.Fault);
        Assert.Equal((second.First, Last), (verdict.First, verdict.Last));
    }

    [Fact]
    public async Task A_task_without_a_row_is_found_at_its_first_event()
    {
        var (id, positions) = await Story();
        var position = positions[0];
        await _history.Change($"delete from eventhistory.task where key = '{id}'");
        Assert.Equal(new LogFault(position, $"The event at position {position} is of task {id}, but no row lists it"), await Fault());
    }

    [Fact]
    public async Task A_row_that_lists_an_event_of_another_task_is_found()
    {
        var (id, positions) = await Story();
        var other = positions[0] - 1;

        await _history.Change($"update eventhistory.task set positions = {Packed([other, .. positions[1..]])} where key = '{id}'");

        var fault = await Fault();
        Assert.Equal(other, fault.Position);
        Assert.Contains(id, fault.Sentence, StringComparison.Ordinal);
    }

    public static TheoryData<Func<long[], string>, string> Impossible => new()
    {
        { positions => $"positions = {Packed(positions[1..])}", "counts" },
        { _ => "event_count = event_count + 1", "counts" },
        { positions => $"last_position = {positions[^1] + 1}, stamps = coalesce(stamps, '')", "says that its last event is at" },
        { positions => $"positions = {Packed([1_000_000, .. positions[1..]])}", "lists position" },
        { positions => $"positions = {Packed([.. positions[..^1], 1_000_000])}, last_position = case when stamps is not null then 1000000 end", "lists a position that the log does not have" },
    };

    [Theory]
    [MemberData(nameof(Impossible), DisableDiscoveryEnumeration = true)]
    public async Task A_row_that_cannot_be_is_found(Func<long[], string> change, string sentence)
    {
        var (id, positions) = await Story();
        await _history.Change($"update eventhistory.task set {change(positions)} where key = '{id}'");
        Assert.StartsWith($"The row of task {id} {sentence}", (await Fault()).Sentence, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false, "2 rows list it")]
    [InlineData(true, "has 2 rows")]
    public async Task A_task_with_two_rows_is_found(bool sharing, string sentence)
    {
        var (id, positions) = await Story();
        await _history.Change($"""
            create temp table twin as select * from eventhistory.task where key = '{id}';
            insert into eventhistory.task select * from twin;
            drop table twin
            """);
        if (sharing) // one row has the first event, the other one the rest
        {
            await _history.Change($"""
                update eventhistory.task set positions = {Packed(positions[1..])}, event_count = event_count - 1 where key = '{id}';
                update eventhistory.task t set positions = {Packed(positions[..1])}, event_count = 1,
                       last_position = case when stamps is not null then {positions[0]} end
                 where (tableoid, ctid) = (select tableoid, ctid from eventhistory.task where key = '{id}' limit 1)
                """);
        }

        var fault = await Fault();

        Assert.Equal(positions[0], fault.Position);
        Assert.Contains(sentence, fault.Sentence, StringComparison.Ordinal);
        Assert.Contains(id, fault.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_a_story_too_long_to_be_listed_the_count_is_compared()
    {
        foreach (var chunk in Enumerable.Range(0, TaskFold.MaxPositions + 100).Chunk(60))
            await _history.Record(chunk.Select(i => Say.Event("task-progress", Say.At("10:00:00").AddSeconds(i), ("uuid", "long"), ("i", i))));
        Assert.Null((await _history.Verify()).Fault);

        await _history.Change("update eventhistory.task set event_count = event_count - 1 where id = 'long'");

        Assert.StartsWith("The row of task long counts", (await Fault()).Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Events_that_rows_need_not_show_yet_are_proved_by_the_chain_alone()
    {
        var (id, positions) = await Story();
        var position = positions[0];
        await _history.Change($"update eventhistory.source set reflected = {position}");
        await _history.Change($"delete from eventhistory.task t where {position} <= any (eventhistory.positions(t.positions))");
        Assert.Null((await _history.Verify()).Fault);

        await _history.Change($"update eventhistory.source set reflected = {position + 1}");
        Assert.Equal(new LogFault(position, $"The event at position {position} is of task {id}, but no row lists it"), await Fault());
    }

    [Fact]
    public async Task A_part_of_the_log_is_proved_by_itself()
    {
        var (from, to) = (_segments[1].First + 3, _segments[30].First);
        var verdict = await _history.Verify(Range(from, to));
        Assert.Null(verdict.Fault);
        Assert.Equal((_segments[1].First, _segments[30].First + _segments[30].Count - 1, null), (verdict.First, verdict.Last, verdict.Tasks));

        await _history.Change($"update eventhistory.event_segment set body = replace(body, 'pid', 'dip') where first_position = {_segments[20].First}");
        Assert.Equal(_segments[20].First, (await _history.Verify(Range(from, to))).Fault?.Position);
        Assert.Null((await _history.Verify(Range(from, _segments[20].First - 1))).Fault);
        Assert.Null((await _history.Verify(Range(_segments[21].First))).Fault);
    }

    [Fact]
    public async Task A_part_beside_which_something_is_missing_is_not_proved()
    {
        await _history.Change($"delete from eventhistory.event_segment where first_position = {_segments[20].First}");
        Assert.Equal(_segments[20].First, (await _history.Verify(Range(_segments[20].First + 1, _segments[30].First))).Fault?.Position);
    }

    [Theory]
    [InlineData(10, 5, null, "--from 10 is behind --to 5")]
    [InlineData(1_000_000, null, null, "--from 1000000 is outside of the log: that of source default has positions 1 to ")]
    [InlineData(null, 1_000_000, null, "--to 1000000 is outside")]
    [InlineData(10, 20, 30, "--head 30 is outside of what is to be verified: positions 10 to 20")]
    public async Task What_makes_no_sense_is_refused(int? from, int? to, int? head, string sentence)
    {
        var noted = head is { } position ? new NotedHead(position, HashChain.Start(), "the note") : null;
        var refusal = await Assert.ThrowsAsync<StartException>(() => _history.Verify(Range(from, to, noted)));
        Assert.Equal(StartException.BadSettings, refusal.ExitCode);
        Assert.Contains(sentence, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_source_is_proved_and_one_can_be_named()
    {
        await _history.Change("""
            insert into eventhistory.source (name, next_position, reflected, chain)
            select 'other', first_position + event_count, first_position + event_count, chain from eventhistory.event_segment where first_position = 1;
            create temp table copy as select * from eventhistory.event_segment where first_position = 1;
            update copy set source_id = (select id from eventhistory.source where name = 'other');
            insert into eventhistory.event_segment select * from copy;
            drop table copy
            """);
        var verification = new LogVerification(_history.Data, _ => { });

        var all = await verification.Run(Range(), Ct);
        var missing = await Number("select min((eventhistory.positions(positions))[1]) from eventhistory.task"); // the other's tasks have no rows
        Assert.Equal([("default", null), ("other", missing)], all.Select(v => (v.Source.Name, v.Fault?.Position)));
        Assert.Null(Assert.Single(await verification.Run(new VerifyRequest("other", 1, null, null), Ct)).Fault);
        var refusal = await Assert.ThrowsAsync<StartException>(() => verification.Run(new VerifyRequest("third", null, null, null), Ct));
        Assert.Contains("there is no source \"third\"; there are: default, other", refusal.Message, StringComparison.Ordinal);
        refusal = await Assert.ThrowsAsync<StartException>(() => verification.Run(Range(from: 5), Ct));
        Assert.Contains("name one of default, other with --source", refusal.Message, StringComparison.Ordinal);
    }

    // A task of several events, the last that began
    private async Task<(string Id, long[] Positions)> Story()
    {
        const string Sql = """
            select t.key::text, eventhistory.positions(t.positions) from eventhistory.task t where t.event_count between 3 and 9 and t.id is null order by 2 desc limit 1
            """;
        return (await _history.Data.All(Sql, row => (row.GetString(0), row.GetFieldValue<long[]>(1))))[0];
    }

    private static string Packed(long[] positions)
    {
        var bytes = new ArrayBufferWriter<byte>();
        PositionCodec.Write(positions, bytes);
        return $"'\\x{Convert.ToHexStringLower(bytes.WrittenSpan)}'::bytea";
    }

    private async Task<long> Number(string sql) => (await _history.Data.All(sql, row => row.GetInt64(0)))[0];
}
