using System.Reflection;
using System.Text;
using EventHistory.Core.Log;
using EventHistory.Store;
using EventHistory.Tests.EndToEnd;
using EventHistory.Tests.Fixtures;
using EventHistory.Tests.Queries;
using Npgsql;

namespace EventHistory.Tests.Store;

public sealed class LogReaderTests(Postgres postgres)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static List<(long Position, string Event)> New(LogSegment segment)
    {
        var slices = new List<ReadOnlyMemory<byte>>();
        Assert.Null(SegmentReader.Split(segment.Body, segment.Left, slices));
        return [.. slices.Select((s, i) => (segment.PositionOf(i), Encoding.UTF8.GetString(s.Span))).Where(e => e.Item1 >= segment.From)];
    }

    private static async Task<List<(long Position, string Event)>> Read(History history, long from, long to)
    {
        var events = new List<(long, string)>();
        await foreach (var segment in new LogReader(history.Data).Read(1, from, to, Ct))
            events.AddRange(New(segment));
        return events;
    }

    [Fact]
    public async Task The_log_comes_back_in_the_order_of_its_positions_exactly_as_it_was_sent()
    {
        await using var history = await SmallSegments.Record(postgres, segments: 520); // more than one page
        var truth = await LogProof.Read(history.Data);

        var read = await Read(history, 1, long.MaxValue);

        Assert.Equal(Enumerable.Range(1, truth.Count).Select(p => (long)p), read.Select(e => e.Position));
        Assert.Equal(truth, read.Select(e => e.Event));
        await history.Merge();
        Assert.Equal(read, await Read(history, 1, long.MaxValue));
    }

    [Fact]
    public async Task A_range_is_read_in_whole_segments_and_what_is_new_is_marked()
    {
        await using var history = await SmallSegments.Record(postgres, segments: 60);
        await history.Merge();

        var segment = default(LogSegment);
        await foreach (var found in new LogReader(history.Data).Read(1, 30, 40, Ct))
        {
            Assert.Null(segment);
            segment = found;
        }

        Assert.Equal(1, segment?.FirstPosition);
        Assert.Equal(30, segment?.From);
        Assert.Equal(30, New(segment!)[0].Position);
        Assert.Equal(60, segment?.Parts.Count);
        Assert.Empty(await Read(history, 100_000, 200_000));
    }

    [Fact]
    public async Task However_long_the_log_is_a_page_of_it_is_found_in_order()
    {
        await using var history = await SmallSegments.Record(postgres, segments: 60, segmentsPerHour: 1);
        await history.Change("analyze");
        string Sql(string name) => (string)typeof(LogReader).GetField(name, BindingFlags.NonPublic | BindingFlags.Static)!.GetRawConstantValue()!;
        await using var connection = await history.Data.OpenConnectionAsync(Ct);
        var plan = new StringBuilder();
        foreach (var statement in new[] { "begin", "set plan_cache_mode = force_generic_plan", Sql("InOrderSql"), $"prepare page as {Sql("SegmentsSql")}", "explain execute page(1, 10, 1000)" })
        {
#pragma warning disable CA2100 // the program's own
            await using var command = new NpgsqlCommand(statement, connection);
#pragma warning restore CA2100
            await using var rows = await command.ExecuteReaderAsync(Ct);
            while (await rows.ReadAsync(Ct))
                plan.AppendLine(rows.GetString(0));
        }
        Assert.Contains("Merge Append", plan.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("Sort  (", plan.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Segments_that_are_merged_while_they_are_read_are_neither_missed_nor_read_twice()
    {
        await using var history = await SmallSegments.Record(postgres, segments: 700, segmentsPerHour: 200);
        var truth = await LogProof.Read(history.Data);
        var events = new List<(long Position, string Event)>();
        var (segments, whole) = (0, 0);

        await foreach (var segment in new LogReader(history.Data).Read(1, 1, truth.Count, Ct))
        {
            if (++segments == 250)
                await history.Merge();
            whole += segment.From == segment.FirstPosition ? 1 : 0;
            events.AddRange(New(segment));
        }

        Assert.InRange(segments, 501, 510);
        Assert.Equal(segments - 1, whole); // one was merged with what had been read already
        Assert.Equal(truth, events.Select(e => e.Event));
        Assert.Equal(Enumerable.Range(1, truth.Count).Select(p => (long)p), events.Select(e => e.Position));
    }
}
