using System.Text;
using EventHistory.Tests.EndToEnd;
using EventHistory.Tests.Fixtures;
using EventHistory.Tests.Queries;
using Npgsql;

namespace EventHistory.Tests.Ingest;

public sealed class BatchWriterTests(Postgres postgres)
{
    private static readonly DateTime _at = Say.At("10:00:00");

    /// <summary>More names than the memory holds (100,000) must not make it forget those that cached tasks refer to.</summary>
    [Fact]
    public async Task A_task_outlives_its_hosts_name_in_the_cache()
    {
        await using var history = await History.Create(postgres);
        await history.Record(Say.Received(Say.Id(1), "shop.pay", _at, worker: "celery@old"));
        for (var chunk = 0; chunk < 11; chunk++)
        {
            await history.Record($"[{string.Join(',', Enumerable.Range(chunk * 10_000, 10_000).Select(n => Say.Event("custom-noise", _at, ("hostname", $"host-{n}"))))}]");
        }
        Assert.True(history.IsOvergrown);
        await history.StartOver();
        Assert.False(history.IsOvergrown);
        await history.Record(Say.Event("task-started", _at.AddSeconds(1), ("uuid", Say.Id(1)), ("hostname", "celery@new")));
        await history.Record(Say.Event("task-succeeded", _at.AddSeconds(2), ("uuid", Say.Id(1)), ("hostname", "celery@new")));

        const string Sql = "select state, event_count from eventhistory.task";
        Assert.Equal(("SUCCESS", 3), Assert.Single(await history.Data.All(Sql, row => (row.GetString(0), row.GetInt32(1)))));
    }

    [Fact]
    public async Task A_large_batch_is_several_segments_of_one_chain()
    {
        await using var history = await History.Create(postgres);
        var small = Enumerable.Range(0, 10).Select(m => $"[{string.Join(',', Enumerable.Range(0, 350).Select(n => Say.Event("custom", _at, ("n", (m * 350) + n))))}]").ToList();
        var large = Enumerable.Range(0, 3).Select(m => Say.Event("custom", _at, ("text", new string((char)('a' + m), 600_000)))).ToList();
        var long1 = $"[{string.Join(',', Enumerable.Range(0, 2500).Select(n => Say.Event("custom", _at, ("n", n))))}]";
        await history.Record(small);
        await history.Record(["[]", large[0], "{", large[1], large[2], long1, "[]"]);

        var events = await LogProof.Read(history.Data);
        Assert.Equal(small.Concat(large).Append(long1).SelectMany(m => StreamTruth.Events(Encoding.UTF8.GetBytes(m))), events);
        const string SegmentsSql = "select first_position, event_count, first_offset, last_offset, recorded_at from eventhistory.event_segment order by first_position";
        var segments = await history.Data.All(SegmentsSql, row => (At: row.GetDateTime(4), Is: (row.GetInt64(0), row.GetInt32(1), row.GetInt64(2), row.GetInt64(3))));
        Assert.Equal([(1, 1050, 0, 2), (1051, 1050, 3, 5), (2101, 1050, 6, 8), (3151, 350, 9, 9), (3501, 2, 11, 13), (3503, 2501, 14, 15)], segments.Select(s => s.Is));
        Assert.Equal([4, 2], segments.GroupBy(s => s.At).OrderBy(g => g.Key).Select(g => g.Count())); // one time for all of a batch
        Assert.Equal((16L, 6004L), (history.Source.LastOffset, history.Source.NextPosition));
    }

    [Fact]
    public async Task A_batch_without_messages_moves_nothing_on()
    {
        await using var history = await History.Create(postgres);
        await history.Record();
        Assert.Equal((null, 1L), (history.Source.LastOffset, history.Source.NextPosition));
        await history.Record(Say.Received(Say.Id(1), "shop.pay", _at));
        var before = history.Source;
        await history.Record();
        Assert.Equal(before, history.Source);
        Assert.Single(await LogProof.Read(history.Data));
    }

    /// <summary>Midnight comes twice when a clock is set back.</summary>
    [Fact]
    public async Task A_clock_that_is_set_back_over_midnight_stops_nothing()
    {
        var clock = new SetClock(new DateTime(2026, 11, 21, 0, 0, 1, DateTimeKind.Utc));
        await using var history = await History.Create(postgres, clock);
        foreach (var seconds in new[] { 0, -2, 2, -86_400, 86_400 * 3 })
        {
            clock.Now = clock.Now.AddSeconds(seconds);
            await history.Record(Say.Received(Say.Id(1), "shop.pay", _at), Say.Failed(Say.Id(1), _at));
        }
        Assert.Equal(10, (await LogProof.Read(history.Data)).Count);
        const string Sql = "select state, event_count from eventhistory.task";
        Assert.Equal(("FAILURE", 10), Assert.Single(await history.Data.All(Sql, row => (row.GetString(0), row.GetInt32(1)))));
    }

    [Fact]
    public async Task A_writer_whose_read_models_were_replaced_writes_nothing_more()
    {
        await using var history = await History.Create(postgres);
        await history.Record(Say.Received(Say.Id(1), "shop.pay", _at));
        await using (var rebuilt = history.Data.CreateCommand("update eventhistory.source set generation = generation + 1"))
            await rebuilt.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        var refusal = await Assert.ThrowsAsync<PostgresException>(() => history.Record(Say.Failed(Say.Id(1), _at)));
        Assert.Equal("EH001", refusal.SqlState);
        Assert.Single(await LogProof.Read(history.Data));

        await history.TakeOver(reads: false);
        await history.Record(Say.Failed(Say.Id(1), _at));
        Assert.Equal(2, (await LogProof.Read(history.Data)).Count);
    }
}
