using EventHistory.Core.Coverage;
using EventHistory.Queries;
using EventHistory.Settings;
using EventHistory.Tests.Fixtures;
using EventHistory.Tests.Ingest;

namespace EventHistory.Tests.EndToEnd;

/// <summary>Promise 4: whatever happens to the stream or the recorder, the answer to "is it complete?" is true.</summary>
public sealed class CoverageTests(Postgres postgres, RabbitMq rabbit)
{
    private static readonly (string, string)[] _small = [("Stream__MaxLengthBytes", "1000000"), ("Stream__SegmentBytes", "200000")];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_the_stream_could_not_keep_while_we_were_down_is_counted_and_dated()
    {
        await using var feed = await rabbit.CreateFeed();
        await using var database = await postgres.CreateDatabase();
        await using var sender = await Sender.Connect(feed);
        var began = await RecordNumbers(feed, database, sender, 1, 100, _small);

        var sent = await sender.SendNumberedNow(101, 30_000); // about 5 MB
        await RecordNumbers(feed, database, sender, 30_101, 10, _small);

        var source = await AssertOneGap(database, began, sent, "truncated", 30_110 - (await database.Numbers()).Count);
        var down = source.Recorder.First(part => !part.Up);
        Assert.Equal("The recorder was stopped. Part of what was sent meanwhile is lost: see what is missing.", down.Reason);
        Assert.True((await Ask(database, began, source.Missing[0].From!.Value)).Complete);
    }

    [Fact]
    public async Task What_the_stream_could_not_keep_while_we_were_slow_is_counted_and_dated()
    {
        await using var feed = await rabbit.CreateFeed();
        await using var database = await postgres.CreateDatabase();
        await using var sender = await Sender.Connect(feed);
        await using var service = await Recorder.Start(feed, database.ConnectionString, [.. _small, ("Stream__Prefetch", "200")]).Ready();
        var began = await sender.SendNumberedNow(1, 100);
        await WaitForNumber(database, 100);

        Signals.Send(service.ProcessId, Signals.Stop);
        var sent = await sender.SendNumberedNow(101, 30_000);
        Signals.Send(service.ProcessId, Signals.Continue);
        await sender.SendNumberedNow(30_101, 10);
        await WaitForNumber(database, 30_110);

        var source = await AssertOneGap(database, began.From, sent, "truncated", 30_110 - (await database.Numbers()).Count);
        Assert.Single(source.Recorder);
    }

    /// <summary>AMQP 0-9-1 tells nobody which policy is in force: a policy's bounds and the stream's own look the same.</summary>
    [Fact]
    public async Task What_an_operators_policy_dropped_is_counted_and_dated()
    {
        await using var node = await RabbitMqNode.Start();
        await using var feed = new TestFeed(node.Url);
        await using var database = await postgres.CreateDatabase();
        await using var sender = await Sender.Connect(feed);
        (string, string)[] files = [("Stream__SegmentBytes", "200000")];
        var began = await RecordNumbers(feed, database, sender, 1, 100, files);

        var sent = await sender.SendNumberedNow(101, 30_000);
        await node.Control("set_policy", "small", $"^{feed.Stream}$", """{"max-length-bytes":1000000}""", "--apply-to", "queues");
        await RecordNumbers(feed, database, sender, 30_101, 10, files);

        await AssertOneGap(database, began, sent, "truncated", 30_110 - (await database.Numbers()).Count);
    }

    [Fact]
    public async Task A_stream_made_anew_is_a_loss_of_unknown_size()
    {
        await using var feed = await rabbit.CreateFeed();
        await using var database = await postgres.CreateDatabase();
        await using var sender = await Sender.Connect(feed);
        var began = await RecordNumbers(feed, database, sender, 1, 100);

        await sender.SendNumberedNow(101, 20);
        await sender.Channel.QueueDeleteAsync(feed.Stream, ifUnused: false, ifEmpty: false, cancellationToken: Ct);
        await RecordNumbers(feed, database, sender, 121, 10);

        var answer = await Ask(database, began);
        Assert.False(answer.Complete);
        var missing = Assert.Single(answer.Sources[0].Missing);
        Assert.Equal(("new-epoch", null), (missing.Kind, missing.Messages));
        Assert.True(began < missing.From && missing.From < missing.To);
        Assert.Equal(new RecordedPart(began, missing.From.Value), answer.Sources[0].Recorded[0]);
    }

    [Fact]
    public async Task A_recorder_that_was_killed_was_down_and_lost_nothing()
    {
        await using var feed = await rabbit.CreateFeed();
        await using var database = await postgres.CreateDatabase();
        await using var sender = await Sender.Connect(feed);
        DateTime began, killed;
        await using (var service = await Recorder.Start(feed, database.ConnectionString).Ready())
        {
            began = (await sender.SendNumberedNow(1, 100)).From;
            await WaitForNumber(database, 100);
            await service.Kill();
            killed = DateTime.UtcNow;
        }
        await sender.SendNumberedNow(101, 100);
        await using var second = await Recorder.Start(feed, database.ConnectionString).Ready();
        await WaitForNumber(database, 200);

        var answer = await Ask(database, began);

        Assert.True(answer.Complete, answer.Reason);
        Assert.Equal([true, false, true], answer.Sources[0].Recorder.Select(p => p.Up));
        var down = answer.Sources[0].Recorder[1];
        Assert.InRange(down.From, killed.AddSeconds(-RecorderRun.PulseSeconds), killed);
        Assert.True(down.To > killed);
        Assert.Contains("killed", down.Reason, StringComparison.Ordinal);
        Assert.Contains("Nothing was lost by it", down.Reason, StringComparison.Ordinal);
        Assert.Equal(["vanished", null], await EndsOfRuns(database));
    }

    [Fact]
    public async Task A_recorder_that_was_stopped_says_so_and_until_it_is_back_nobody_knows()
    {
        await using var feed = await rabbit.CreateFeed();
        await using var database = await postgres.CreateDatabase();
        await using var sender = await Sender.Connect(feed);
        var began = await RecordNumbers(feed, database, sender, 1, 100);

        Assert.Equal(["stopped"], await EndsOfRuns(database));
        Assert.True((await Ask(database, began)).Complete); // it has only just stopped
        var later = await new CoverageQueries(database.Data).Ask(new CoverageQuery(began, DateTime.UtcNow.AddHours(1), null), DateTime.UtcNow.AddHours(1), Ct);
        Assert.Null(later!.Complete);
        Assert.StartsWith("Nobody has recorded since", later.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_broker_that_went_away_interrupts_a_run()
    {
        await using var feed = await rabbit.CreateFeed();
        await using var database = await postgres.CreateDatabase();
        var broker = BrokerUrl.Parse(feed.Url);
        await using var door = Door.To(broker.Host, broker.Port);
        door.Open();
        await using var service = await Recorder.Start(feed, new UriBuilder(feed.Url) { Host = "127.0.0.1", Port = door.Port }.ToString(), database.ConnectionString).Ready();
        await using var sender = await Sender.Connect(feed);
        var began = await sender.SendNumberedNow(1, 10);
        await WaitForNumber(database, 10);

        door.Close();
        await Until.True(async () => (await EndsOfRuns(database)).Contains("interrupted"), "the end of the run");
        await sender.SendNumberedNow(11, 10);
        door.Open();
        await WaitForNumber(database, 20);

        var answer = await Ask(database, began.From);
        Assert.True(answer.Complete, answer.Reason);
        Assert.Contains(answer.Sources[0].Recorder, p => !p.Up && p.Reason!.StartsWith("The recorder was interrupted: ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_recorder_in_a_quiet_system_is_alive_and_up_to_date()
    {
        await using var feed = await rabbit.CreateFeed();
        await using var database = await postgres.CreateDatabase();
        await using var service = await Recorder.Start(feed, database.ConnectionString).Ready();
        await using var sender = await Sender.Connect(feed);
        var sent = await sender.SendNumberedNow(1, 10);
        await WaitForNumber(database, 10);

        await Until.True(async () => (await Ask(database, sent.From)).Sources[0].RecordedUpTo > sent.To.AddSeconds(5), "a pulse");

        Assert.True((await Ask(database, sent.From)).Complete);
    }

    private const string EndWritersSql = """
        select count(pg_terminate_backend(pid)) from pg_stat_activity where datname = current_database() and application_name like 'eventhistory writer %'
           and exists (select from pg_locks l where l.pid = pg_stat_activity.pid and l.locktype = 'advisory')
        """;

    [Fact]
    public async Task A_writer_that_was_frozen_and_replaced_does_not_touch_its_run_again()
    {
        await using var feed = await rabbit.CreateFeed();
        await using var database = await postgres.CreateDatabase();
        await using var first = await Recorder.Start(feed, database.ConnectionString).Ready();
        await using var second = await Recorder.Start(feed, database.ConnectionString).Ready();
        await using var sender = await Sender.Connect(feed);
        await sender.SendNumberedNow(1, 100);
        await WaitForNumber(database, 100);

        Signals.Send(first.ProcessId, Signals.Stop);
        Assert.Equal([1L], await database.Data.All(EndWritersSql, row => row.GetInt64(0)));
        await sender.SendNumberedNow(101, 100);
        await WaitForNumber(database, 200);
        Signals.Send(first.ProcessId, Signals.Continue);
        await Until.True(() => first.Output.Contains("standing by", StringComparison.Ordinal), "the first one standing by");

        Assert.Equal(["vanished", null], await EndsOfRuns(database));
    }

    private static async Task<SourceCoverage> AssertOneGap(TestDatabase database, DateTime began, Period sent, string kind, int lost)
    {
        var answer = await Ask(database, began);
        Assert.False(answer.Complete);
        var source = answer.Sources[0];
        var missing = Assert.Single(source.Missing);
        Assert.Equal(kind, missing.Kind);
        Assert.True(lost > 10_000);
        // the broker's own entries, one in each of its files, and our markers look like messages from outside
        Assert.InRange(missing.Messages!.Value, lost, lost + 100);
        // what is lost was sent in the first part of what was sent: the gap holds that, and little else
        Assert.InRange(missing.From!.Value, began, sent.From.AddSeconds(0.5));
        Assert.InRange(missing.To, sent.From + ((sent.To - sent.From) / 4), sent.To);
        Assert.Equal(2, source.Recorded.Count);
        return source;
    }

    private static async Task<CoverageAnswer> Ask(TestDatabase database, DateTime from, DateTime? to = null)
    {
        var now = DateTime.UtcNow;
        return (await new CoverageQueries(database.Data).Ask(new CoverageQuery(from, to ?? now, null), now, Ct))!;
    }

    private const string EndsSql = "select ended_how from eventhistory.recorder_run order by id";

    private static Task<List<string?>> EndsOfRuns(TestDatabase database) => database.Data.All(EndsSql, row => row.IsDBNull(0) ? null : row.GetString(0));

    /// <returns>When the first of them was sent, with a recorder running.</returns>
    private static async Task<DateTime> RecordNumbers(TestFeed feed, TestDatabase database, Sender sender, int first, int count, params (string, string)[] settings)
    {
        await using var service = await Recorder.Start(feed, database.ConnectionString, settings).Ready();
        var sent = await sender.SendNumberedNow(first, count);
        await WaitForNumber(database, first + count - 1);
        Assert.Equal(0, await service.Terminate());
        return sent.From;
    }

    private static Task WaitForNumber(TestDatabase database, int number) =>
        Until.True(async () => (await database.Numbers()).Contains(number), $"number {number}", seconds: 60);
}
