using System.Diagnostics;
using EventHistory.Benchmarks;
using EventHistory.Store;
using EventHistory.Tests.EndToEnd;
using EventHistory.Tests.Fixtures;
using EventHistory.Tests.Ingest;
using Microsoft.Extensions.Logging.Abstractions;

namespace EventHistory.Tests.Projections;

/// <summary>Promise: every read model can be made again from the log, row by row as it was, while recording goes on.</summary>
public sealed class RebuildTests(Postgres postgres, RabbitMq rabbit)
{
    private const string SourceSql = "select generation, reflected, next_position from eventhistory.source";
    private const string RebuildSchemaSql = "select count(*) from pg_namespace where nspname = 'eventhistory_rebuild'";
    private const string RebuildSessionsSql = "select count(*) from pg_stat_activity where application_name = 'eventhistory rebuild' and datname = current_database()";
    private const string VersionsSql = "select version from eventhistory.projection where rebuilt_at is not null order by name";
    private const int Interrupt = 2; // SIGINT

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_row_of_every_read_model_is_made_again_as_it_was()
    {
        await using var database = await postgres.CreateDatabase();
        await HardHistory.Record(database);
        var before = await AllRows.Exactly(database.Data);
        foreach (var table in new[] { "task: ", "worker: ", "worker_mark: ", "worker_minute: ", "worker_started: ", "worker_counted: ", "rollup: ", "failure_group: " })
            Assert.Contains(before, row => row.StartsWith(table, StringComparison.Ordinal));

        await Verb.Succeeds("rebuild", database.ConnectionString);
        AllRows.Same(before, await AllRows.Exactly(database.Data));
        var (generation, reflected, next) = await Source(database);
        Assert.Equal((2, next), (generation, reflected));
        await Verb.Succeeds("verify", database.ConnectionString);
    }

    [Fact]
    public async Task The_recorder_goes_on_from_rebuilt_rows_as_from_its_own()
    {
        await using var database = await postgres.CreateDatabase();
        await using var calm = await postgres.CreateDatabase();
        await HardHistory.Record(database);
        await HardHistory.Record(calm);
        await Verb.Succeeds("rebuild", database.ConnectionString);
        await HardHistory.Record(database); // all of it once more: every task is known, most are finished
        await HardHistory.Record(calm);

        AllRows.Same(await AllRows.Comparably(calm.Data), await AllRows.Comparably(database.Data));
        var before = await AllRows.Exactly(database.Data);
        await Verb.Succeeds("rebuild", database.ConnectionString);
        AllRows.Same(before, await AllRows.Exactly(database.Data));
        await Verb.Succeeds("verify", database.ConnectionString);
    }

    [Fact]
    public async Task One_projection_alone_leaves_the_rows_of_the_other()
    {
        await using var database = await postgres.CreateDatabase();
        await HardHistory.Record(database);
        var before = await AllRows.Exactly(database.Data);
        await Execute(database, "update eventhistory.task set retries = 77; update eventhistory.rollup set retries = 77; delete from eventhistory.worker_started; update eventhistory.worker set active = 77; delete from eventhistory.worker_minute");
        var spoilt = await AllRows.Exactly(database.Data);

        await Verb.Succeeds("rebuild", database.ConnectionString, "--projection", "tasks");
        AllRows.Same([.. before.Where(IsOfTasks), .. spoilt.Where(row => !IsOfTasks(row))], await AllRows.Exactly(database.Data));
        await Verb.Succeeds("rebuild", database.ConnectionString, "--projection", "workers");
        AllRows.Same(before, await AllRows.Exactly(database.Data));
        Assert.Equal(3, (await Source(database)).Generation);
    }

    /// <summary>Then the log is ahead of the rows of open tasks, and who takes over folds those events again: not what a rebuild has counted already.</summary>
    [Theory]
    [InlineData("tasks")]
    [InlineData("workers")]
    public async Task After_a_kill_in_a_backlog_one_projection_alone_counts_nothing_twice(string projection)
    {
        await using var database = await postgres.CreateDatabase();
        await using var calm = await postgres.CreateDatabase();
        await HardHistory.Record(database, upToDate: false);
        await HardHistory.Record(calm);
        var (_, reflected, next) = await Source(database);
        Assert.True(reflected < next, "no row waited");

        await Verb.Succeeds("rebuild", database.ConnectionString, "--projection", projection);
        await using (var successor = await Scribe.On(database))
            await successor.Record(Enumerable.Empty<byte[]>());
        AllRows.Same(await AllRows.Comparably(calm.Data), await AllRows.Comparably(database.Data));
        await Verb.Succeeds("verify", database.ConnectionString);
    }

    [Fact]
    public async Task It_catches_up_with_a_recorder_at_work_which_then_goes_on()
    {
        await using var feed = await rabbit.CreateFeed();
        await using var database = await postgres.CreateDatabase();
        await using var calm = await postgres.CreateDatabase();
        await using (var silent = database.Data.CreateCommand("alter table eventhistory.projection disable trigger rebuilt")) // positions are to be those of the calm one
            await silent.ExecuteNonQueryAsync(Ct);
        await using var service = await Recorder.Start(feed, database.ConnectionString).Ready();
        var publishing = new LoadPublisher(feed.Url, feed.Exchange) { MessagesPerSecond = 400 }.Publish(new CeleryLoad(Tasks: 15_000, SentInLists: true).Messages(), Ct);
        await database.WaitForPosition(4000);

        var rebuilds = 0;
        for (; !publishing.IsCompleted || rebuilds == 0; rebuilds++)
            await Verb.Succeeds("rebuild", database.ConnectionString);
        await publishing;
        var truth = await StreamTruth.Read(feed);
        await database.WaitForPosition(truth.Count, seconds: 60);
        await service.Ready();
        Assert.Equal(0, await service.Terminate());

        Assert.True(rebuilds > 1, "the load was over too soon");
        Assert.Equal(rebuilds + 1, (await Source(database)).Generation);
        Assert.Contains("a rebuild has replaced what it knew", service.Output, StringComparison.Ordinal);
        AllRows.Same(truth, await LogProof.Read(database.Data));
        await Verb.Succeeds("verify", database.ConnectionString);
        await using (var other = await Recorder.Start(feed, calm.ConnectionString).Ready())
        {
            await calm.WaitForPosition(truth.Count, seconds: 60);
            Assert.Equal(0, await other.Terminate());
        }
        AllRows.Same(await AllRows.Comparably(calm.Data), await AllRows.Comparably(database.Data));
    }

    [Fact]
    public async Task Recording_does_not_wait_for_long_while_a_reader_holds_the_tasks()
    {
        await using var feed = await rabbit.CreateFeed();
        await using var database = await postgres.CreateDatabase();
        await using var service = await Recorder.Start(feed, database.ConnectionString).Ready();
        await using var sender = await Sender.Connect(feed);
        await sender.SendNumbered(1, 1000);
        await database.WaitForPosition(1000);

        var reader = await LongReader.Open(database);
        await using var rebuild = Verb.Start("rebuild", database.ConnectionString);
        await reader.Waited();
        var longest = TimeSpan.Zero;
        for (var round = 1; round <= 5; round++)
        {
            var watch = Stopwatch.StartNew();
            await sender.SendNumbered((round * 1000) + 1, 1000);
            await database.WaitForPosition((round + 1) * 1000);
            longest = longest > watch.Elapsed ? longest : watch.Elapsed;
        }
        Assert.True(Signals.IsAlive(rebuild.ProcessId), "it did not wait for the reader");
        await reader.DisposeAsync();
        Assert.Equal(0, await rebuild.Exited());
        await sender.SendNumbered(6001, 1000);
        await database.WaitForPosition(7000);

        Assert.True(longest < TimeSpan.FromSeconds(15), $"recording waited for {longest}");
        TestContext.Current.TestOutputHelper?.WriteLine($"a thousand events took {longest.TotalSeconds:F1} s at most");
        Assert.Equal(2, (await Source(database)).Generation);
        Assert.Equal(Enumerable.Range(1, 7000), (await database.Numbers()).Order());
        await Verb.Succeeds("verify", database.ConnectionString);
    }

    [Fact]
    public async Task SIGINT_in_the_middle_of_the_log_leaves_all_as_it_was()
    {
        await using var database = await Large();
        var before = await AllRows.Exactly(database.Data);
        await using var rebuild = Verb.Start("rebuild", database.ConnectionString);
        await Begun(database);
        Signals.Send(rebuild.ProcessId, Interrupt);

        Assert.Equal(130, await rebuild.Exited());
        Assert.Equal([0L], await database.Data.All(RebuildSchemaSql, row => row.GetInt64(0)));
        AllRows.Same(before, await AllRows.Exactly(database.Data));
        Assert.Equal(1, (await Source(database)).Generation);
    }

    [Fact]
    public async Task SIGKILL_at_any_moment_leaves_all_as_it_was_and_the_next_one_works()
    {
        await using var database = await Large();
        var before = await AllRows.Exactly(database.Data);
        var random = new Random(20261121);
        var whole = Stopwatch.StartNew();
        await Verb.Succeeds("rebuild", database.ConnectionString);
        whole.Stop();
        var killed = 0;
        for (var round = 0; killed < 5; round++)
        {
            Assert.True(round < 40, $"only {killed} were killed");
            await using (var rebuild = Verb.Start("rebuild", database.ConnectionString))
            {
                await Until.True(async () => await Sessions(database) > 0, "a rebuild");
                var (watch, moment) = (Stopwatch.StartNew(), random.Next((int)whole.ElapsedMilliseconds));
                await Until.True(() => !Signals.IsAlive(rebuild.ProcessId) || watch.ElapsedMilliseconds >= moment, "the moment");
                if (Signals.IsAlive(rebuild.ProcessId))
                {
                    killed++;
                    await rebuild.Kill();
                }
            }
            await Until.True(async () => await Sessions(database) == 0, "the end of its sessions");
            AllRows.Same(before, await AllRows.Exactly(database.Data));
        }

        await Verb.Succeeds("rebuild", database.ConnectionString);
        Assert.Equal([0L], await database.Data.All(RebuildSchemaSql, row => row.GetInt64(0)));
        AllRows.Same(before, await AllRows.Exactly(database.Data));
        await Verb.Succeeds("verify", database.ConnectionString);
    }

    [Fact]
    public async Task Rows_of_older_rules_are_told_of_until_they_are_rebuilt()
    {
        await using var feed = await rabbit.CreateFeed();
        await using var database = await postgres.CreateDatabase();
        await Execute(database, "update eventhistory.projection set version = 0");
        await using var service = await Recorder.Start(feed, database.ConnectionString).Ready();
        await using var sender = await Sender.Connect(feed);
        await sender.SendNumbered(1, 100);
        await database.WaitForPosition(100);
        foreach (var (projection, version) in new[] { ("tasks", 3), ("workers", 1) })
            Assert.Contains($"The rows of {projection} were made by version 0 of its rules, this program has version {version}: run `eventhistory rebuild`", service.Output, StringComparison.Ordinal);
        Assert.Contains("<code>eventhistory rebuild</code>", await Page(service), StringComparison.Ordinal);

        await Verb.Succeeds("rebuild", database.ConnectionString);
        await sender.SendNumbered(101, 100);
        await database.WaitForPosition(200);
        Assert.DoesNotContain("<code>eventhistory rebuild</code>", await Page(service), StringComparison.Ordinal);
        Assert.Equal([3, 1], await database.Data.All(VersionsSql, row => row.GetInt32(0)));
    }

    /// <summary>Its tasks are dropped by a migration: only the log holds them until the rebuild.</summary>
    [Fact]
    public async Task A_database_of_the_first_schema_gets_all_its_rows_from_the_log()
    {
        await using var feed = await rabbit.CreateFeed();
        await using var database = await postgres.CreateDatabase();
        await HardHistory.Record(database);
        var expected = await AllRows.Exactly(database.Data);
        await using var old = await postgres.CreateEmptyDatabase();
        await new Migrator(old.Data, [.. Migration.Embedded().Where(m => m.Version <= 2)], NullLogger<Migrator>.Instance).Migrate(Ct);
        await CopyLog(database, old);

        await Verb.Succeeds("migrate", old.ConnectionString);
        Assert.DoesNotContain(await AllRows.Exactly(old.Data), IsOfTasks);
        await using (var service = await Recorder.Start(feed, old.ConnectionString).Ready())
        {
            await Until.True(() => service.Output.Contains("The rows of tasks were made by version 0", StringComparison.Ordinal), "a word about the rebuild");
            Assert.Contains("<b>Some of this is out of date.</b>", await Page(service), StringComparison.Ordinal);
            Assert.Equal(0, await service.Terminate());
        }
        await Verb.Succeeds("rebuild", old.ConnectionString);
        AllRows.Same(expected, await AllRows.Exactly(old.Data));
        await Verb.Succeeds("verify", old.ConnectionString);
    }

    private static bool IsOfTasks(string row) =>
        row.StartsWith("task: ", StringComparison.Ordinal) || row.StartsWith("rollup: ", StringComparison.Ordinal)
        || row.StartsWith("worker_started: ", StringComparison.Ordinal) || row.StartsWith("failure_group: ", StringComparison.Ordinal);

    // Enough for a rebuild of some seconds
    private async Task<TestDatabase> Large()
    {
        var database = await postgres.CreateDatabase();
        await using var scribe = await Scribe.On(database);
        foreach (var messages in new CeleryLoad(Tasks: 12_000, SentInLists: true).Messages().Chunk(500))
            await scribe.Record(messages.Select(m => m.Body));
        return database;
    }

    private static async Task<long> Sessions(TestDatabase database) => Assert.Single(await database.Data.All(RebuildSessionsSql, row => row.GetInt64(0)));

    private static Task Begun(TestDatabase database) => Until.True(
        async () => (await database.Data.All(RebuildSchemaSql, row => row.GetInt64(0)))[0] > 0, "the tables of a rebuild");

    private static async Task<(int Generation, long Reflected, long Next)> Source(TestDatabase database) =>
        Assert.Single(await database.Data.All(SourceSql, row => (row.GetInt32(0), row.GetInt64(1), row.GetInt64(2))));

    private static Task<string> Page(Service service) => service.Http.GetStringAsync(new Uri("/tasks", UriKind.Relative), Ct);

    private static async Task Execute(TestDatabase database, string sql)
    {
#pragma warning disable CA2100 // constants of the tests above
        await using var command = database.Data.CreateCommand(sql);
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync(Ct);
    }

    private static async Task CopyLog(TestDatabase from, TestDatabase to)
    {
        const string Days = "select distinct (recorded_at at time zone 'UTC')::date from eventhistory.event_segment";
        foreach (var day in await from.Data.All(Days, row => row.GetFieldValue<DateOnly>(0)))
            await Execute(to, $"select eventhistory.ensure_segment_partition('{day:yyyy-MM-dd}')");
        await using var reader = await from.Data.OpenConnectionAsync(Ct);
        await using var writer = await to.Data.OpenConnectionAsync(Ct);
        foreach (var columns in new[]
        {
            "label (id, digest, value)",
            "source (id, name, epoch, last_offset, last_digest, next_position, chain, updated_at)",
            "event_segment (source_id, first_position, event_count, epoch, first_offset, last_offset, recorded_at, min_time, max_time, types, odd_escapes, body, chain)",
        })
        {
            var (table, list) = (columns.Split(' ')[0], columns[columns.IndexOf('(', StringComparison.Ordinal)..].Trim('(', ')'));
            using var source = await reader.BeginTextExportAsync($"copy (select {list} from eventhistory.{table}) to stdout", Ct);
            await using var sink = await writer.BeginTextImportAsync($"copy eventhistory.{columns} from stdin", Ct);
            var buffer = new char[64 * 1024];
            for (int read; (read = await source.ReadAsync(buffer, Ct)) > 0;)
                await sink.WriteAsync(buffer.AsMemory(0, read), Ct);
        }
        await Execute(to, "select setval(pg_get_serial_sequence('eventhistory.label', 'id'), max(id)) from eventhistory.label; select setval(pg_get_serial_sequence('eventhistory.source', 'id'), max(id)) from eventhistory.source");
    }
}
