using System.Text.RegularExpressions;
using EventHistory.Core.Rollups;
using EventHistory.Core.Tasks;
using EventHistory.Projections;
using EventHistory.Tests.Fixtures;
using Npgsql;

namespace EventHistory.Tests.Projections;

/// <summary>The rows are those that the last state of all tasks gives, whatever the way there was.</summary>
public sealed partial class RollupTableTests(Postgres postgres)
{
    private static readonly DateTime _ten = new(2026, 11, 21, 10, 0, 0, DateTimeKind.Utc);
    private static readonly Outcome _done = new(_ten.AddSeconds(1230.5), 1, 2, 3, TaskStates.Success, 1, 0.5, 0.25, 0.125);
    private static readonly string[] _states = [TaskStates.Success, TaskStates.Failure, TaskStates.Revoked, TaskStates.Rejected];

    private static readonly double[] _percentiles = [0.5, 0.95, 0.99];

    [Fact]
    public async Task A_task_is_counted_in_eight_rows()
    {
        await using var rollups = await Writer.Create(postgres);
        await rollups.Write(new RollupTable(1), [(null, _done)]);
        const string Counted = "1 0 0 0 1 | 1 0.500000000 ee17 | 1 0.250000000 ee16 | 1 0.125000000 ee15";
        Assert.Equal(
        [
            "minute 2026-11-21 10:20:00 all 0: " + Counted,
            "minute 2026-11-21 10:20:00 name 1: " + Counted,
            "minute 2026-11-21 10:20:00 worker 2: " + Counted,
            "minute 2026-11-21 10:20:00 queue 3: " + Counted,
            "hour 2026-11-21 10:00:00 all 0: " + Counted,
            "hour 2026-11-21 10:00:00 name 1: " + Counted,
            "hour 2026-11-21 10:00:00 worker 2: " + Counted,
            "hour 2026-11-21 10:00:00 queue 3: " + Counted,
        ], await rollups.Rows(1));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public async Task Any_way_to_split_it_into_batches_writers_and_memory_gives_the_same_rows(int seed)
    {
        var random = new Random(seed);
        await using var rollups = await Writer.Create(postgres);
        var tasks = new Outcome?[200];
        var capacity = seed % 3 == 0 ? 0 : seed % 3 == 1 ? 20_000 : 1_000_000;
        var table = new RollupTable(1, capacity);
        for (var batch = 0; batch < 60; batch++)
        {
            var changes = new List<(Outcome?, Outcome?)>();
            for (var i = random.Next(30); i > 0; i--)
            {
                ref var task = ref tasks[random.Next(tasks.Length)];
                var after = random.Next(4) switch { 0 => task, 1 => null, _ => Any(random) };
                changes.Add((task, after));
                task = after;
            }
            await rollups.Write(table, changes);
            if (random.Next(8) == 0)
                table = new RollupTable(1, capacity); // another writer took over
        }
        await rollups.Write(new RollupTable(2), [.. tasks.Select(task => ((Outcome?)null, task))]);

        var rows = await rollups.Rows(1);
        Assert.True(rows.Count > 100, $"only {rows.Count} rows");
        Assert.Equal(await rollups.Rows(2), rows);

        await rollups.Write(new RollupTable(1), [.. tasks.Select(task => (task, (Outcome?)null))]);
        Assert.Empty(await rollups.Rows(1));
    }

    [Fact]
    public async Task A_late_event_moves_a_task_to_another_minute_and_outcome()
    {
        await using var rollups = await Writer.Create(postgres);
        var table = new RollupTable(1);
        var failed = _done with { At = _ten.AddDays(7), State = TaskStates.Failure, Runtime = null, WorkerId = 9 };
        await rollups.Write(table, [(null, _done), (null, _done with { NameId = 7 })]);
        await rollups.Write(table, [(_done, failed)]);
        await rollups.Write(new RollupTable(2), [(null, failed), (null, _done with { NameId = 7 })]);
        Assert.Equal(await rollups.Rows(2), await rollups.Rows(1));
        Assert.DoesNotContain(await rollups.Rows(1), row => row.Contains("name 1: 1 ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Hostile_clocks_and_absurd_numbers_are_counted_like_any_other()
    {
        await using var rollups = await Writer.Create(postgres);
        var table = new RollupTable(1, capacity: 0);
        var odd = new Outcome(new DateTime(9998, 12, 31, 23, 59, 59, 999, DateTimeKind.Utc), int.MaxValue, int.MinValue, -1,
            TaskStates.Rejected, int.MaxValue, double.MaxValue, double.PositiveInfinity, double.NaN);
        var stopped = _done with { At = DateTime.UnixEpoch, QueueWait = 1.79e9 };
        for (var batch = 0; batch < 3; batch++)
            await rollups.Write(table, [.. Enumerable.Repeat(((Outcome?)null, (Outcome?)odd), 30_000), (null, stopped)]);
        Assert.Contains("hour 9998-12-31 23:00:00 name 2147483647: 0 0 0 90000 193273528230000 | 90000 12970366926827.028480000 8134a0fe0a"
            + " | 90000 12970366926827.028480000 8134a0fe0a | 90000 0.000000000 01a0fe0a", await rollups.Rows(1));
        Assert.Contains(await rollups.Rows(1), row => row.StartsWith("minute 1970-01-01 00:00:00 queue 3: 3 0 0 0 3 | 3 1.500000000 ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_next_batch_may_be_prepared_before_the_last_one_is_committed()
    {
        await using var rollups = await Writer.Create(postgres);
        var table = new RollupTable(1, capacity: 0);
        await table.Prepare(rollups.Connection, [(null, _done)], TestContext.Current.CancellationToken);
        var first = table.Write();
        await table.Prepare(rollups.Connection, [(null, _done), (null, _done with { NameId = 7 })], TestContext.Current.CancellationToken);
        await rollups.Execute(first);
        table.Committed();
        await rollups.Execute(table.Write());
        table.Committed();
        await rollups.Write(new RollupTable(2), [(null, _done), (null, _done), (null, _done with { NameId = 7 })]);
        Assert.Equal(await rollups.Rows(2), await rollups.Rows(1));
    }

    [Fact]
    public async Task Nothing_new_is_nothing_to_write()
    {
        await using var rollups = await Writer.Create(postgres);
        var table = new RollupTable(1);
        await table.Prepare(rollups.Connection, [(_done, _done), (null, null)], TestContext.Current.CancellationToken);
        Assert.Empty(table.Write());
        await rollups.Write(table, [(null, _done)]);
        await table.Prepare(rollups.Connection, [(_done, _done)], TestContext.Current.CancellationToken);
        Assert.Empty(table.Write());
    }

    /// <summary>How a rebuild works: it writes the same tables in a schema of its own, and exchanges the partitions.</summary>
    [Fact]
    public async Task Rows_that_were_made_elsewhere_can_take_the_place_of_the_old_ones()
    {
        await using var rollups = await Writer.Create(postgres);
        await rollups.Write(new RollupTable(1), [(null, _done with { NameId = 666 })]);
        await rollups.Execute("""
            create schema rebuilt;
            create table rebuilt.rollup (like eventhistory.rollup including all) partition by list (resolution);
            create table rebuilt.rollup_minute partition of rebuilt.rollup for values in ('minute');
            create table rebuilt.rollup_hour partition of rebuilt.rollup for values in ('hour');
            set search_path = rebuilt, eventhistory
            """);
        await rollups.Write(new RollupTable(1), [(null, _done)]);
        await rollups.Write(new RollupTable(1), [(null, _done)]);
        var expected = await rollups.Rows(1);
        Assert.Equal(8, expected.Count);

        await rollups.Execute("""
            set search_path = eventhistory;
            alter table rebuilt.rollup detach partition rebuilt.rollup_minute;
            alter table rebuilt.rollup detach partition rebuilt.rollup_hour;
            drop table eventhistory.rollup_minute, eventhistory.rollup_hour;
            alter table rebuilt.rollup_minute set schema eventhistory;
            alter table rebuilt.rollup_hour set schema eventhistory;
            alter table eventhistory.rollup attach partition eventhistory.rollup_minute for values in ('minute');
            alter table eventhistory.rollup attach partition eventhistory.rollup_hour for values in ('hour');
            drop schema rebuilt cascade
            """);
        Assert.Equal(expected, await rollups.Rows(1));
        await rollups.Write(new RollupTable(1), [(_done, null), (_done, null)]);
        Assert.Empty(await rollups.Rows(1));
    }

    [Fact]
    public async Task Impossible_rows_are_refused()
    {
        await using var rollups = await Writer.Create(postgres);
        foreach (var (resolution, at, dimension, label) in new[] { ("minute", "10:00:01", "all", 0), ("hour", "10:30", "all", 0), ("hour", "10:00", "all", 1), ("hour", "10:00", "name", 0) })
        {
            var refused = await Assert.ThrowsAsync<PostgresException>(() => rollups.Execute([new("""
                insert into rollup select ('2026-11-21 ' || $2 || 'Z')::timestamptz, 1, 0, 0, 0, 0, 0, 0, 0, 1, $1::text::rollup_resolution, $3::text::rollup_dimension, $4, 0, 0, 0, '', '', ''
                """)
            { Parameters = { new() { Value = resolution }, new() { Value = at }, new() { Value = dimension }, new() { Value = label } } }]));
            Assert.Equal(PostgresErrorCodes.CheckViolation, refused.SqlState);
        }
    }

    [Fact]
    public async Task SQL_counts_the_same_percentiles()
    {
        var random = new Random(2);
        Histogram[] histograms = [new(), new(), new()];
        var all = new Histogram();
        for (var i = 0; i < 999; i++)
        {
            var seconds = Math.Pow(10, (random.NextDouble() * 8) - 4);
            histograms[random.Next(2)].Add(seconds);
            all.Add(seconds);
        }
        await using var rollups = await Writer.Create(postgres);
        foreach (var p in new[] { 0, 0.001, 0.5, 0.95, 0.999, 1 })
        {
            await using var command = new NpgsqlCommand("select histogram_percentile($1, $3), histogram_percentile($2, $3), histogram_percentile(''::bytea, $3)", rollups.Connection)
            {
                Parameters = { new() { Value = histograms.Select(h => h.ToBytes()).ToArray() }, new() { Value = all.ToBytes() }, new() { Value = p } },
            };
            await using var row = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
            Assert.True(await row.ReadAsync(TestContext.Current.CancellationToken));
            Assert.Equal((all.Percentile(p), all.Percentile(p), true), (row.GetDouble(0), row.GetDouble(1), row.IsDBNull(2)));
        }
    }

    [Fact]
    public async Task SQL_reads_the_same_histogram()
    {
        var random = new Random(1);
        var histogram = new Histogram();
        for (var i = 0; i < 3_000; i++)
            histogram.Add(Math.Pow(10, (random.NextDouble() * 24) - 12), random.NextInt64() >> random.Next(64));
        await using var rollups = await Writer.Create(postgres);
        await using var command = new NpgsqlCommand("select bucket, count, histogram_seconds(bucket) from histogram_buckets($1)", rollups.Connection);
        command.Parameters.Add(new() { Value = histogram.ToBytes() });
        var read = new Histogram();
        await using var rows = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        while (await rows.ReadAsync(TestContext.Current.CancellationToken))
        {
            read.AddToBucket(rows.GetInt32(0), rows.GetInt64(1));
            Assert.Equal(HistogramLayout.Middle(rows.GetInt32(0)) / 1e9, rows.GetDouble(2));
        }
        Assert.Equal(histogram.ToBytes(), read.ToBytes());
    }

    [Fact]
    public async Task The_SQL_of_the_documentation_answers_right()
    {
        var random = new Random(1);
        await using var rollups = await Writer.Create(postgres);
        var runtimes = Enumerable.Range(0, 5_000).Select(_ => Math.Exp(3 * random.NextDouble() * random.NextDouble()) - 0.99).ToArray();
        await rollups.Write(new RollupTable(1), [.. runtimes.Select(runtime => ((Outcome?)null, (Outcome?)(_done with { At = _ten.AddMinutes(random.Next(600)), Runtime = runtime })))]);
        await rollups.Execute("insert into label (digest, value) values (gen_random_uuid(), 'shop.add')");
        var sql = SqlBlock().Matches(await File.ReadAllTextAsync(Repository.Path("docs", "rollups.md"), TestContext.Current.CancellationToken))
            .Select(m => m.Groups[1].Value).ToList();
        Assert.Equal(2, sql.Count);

        var counts = await rollups.Row(sql[0]);
        Assert.Equal(["shop.add", 5_000L, 0L], counts[..3]);
        Assert.Equal(runtimes.Average(), Assert.IsType<double>(counts[3]), 1e-9);

        Array.Sort(runtimes);
        var percentiles = await rollups.Row(sql[1]);
        foreach (var (p, answer) in _percentiles.Zip(percentiles))
        {
            var exact = runtimes[(int)Math.Ceiling(p * runtimes.Length) - 1];
            Assert.InRange(Assert.IsType<double>(answer), exact * 0.99, exact * 1.01);
        }
    }

    private static Outcome Any(Random random) => new(
        (random.Next(10) switch { 0 => DateTime.UnixEpoch, 1 => new DateTime(9998, 12, 31, 23, 0, 0, DateTimeKind.Utc), _ => _ten }).AddSeconds(random.Next(3_600)),
        Label(random), Label(random), Label(random), _states[random.Next(_states.Length)], random.Next(3),
        Seconds(random), Seconds(random), Seconds(random), Label(random));

    private static int? Label(Random random) => random.Next(4) is > 0 and var label ? label : null;

    private static double? Seconds(Random random) => random.Next(8) switch
    {
        0 => null,
        1 => 0,
        2 => double.MaxValue,
        _ => Math.Pow(10, random.NextDouble() * 12 - 6),
    };

    [GeneratedRegex("```sql\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex SqlBlock();

    /// <summary>A database, and the writer's session in it.</summary>
    private sealed class Writer(TestDatabase database, NpgsqlConnection connection) : IAsyncDisposable
    {
        public NpgsqlConnection Connection => connection;

        public static async Task<Writer> Create(Postgres postgres)
        {
            var database = await postgres.CreateDatabase();
            var writer = new Writer(database, await database.Data.OpenConnectionAsync(TestContext.Current.CancellationToken));
            await writer.Execute("set search_path = eventhistory");
            return writer;
        }

        public async Task Write(RollupTable table, IReadOnlyList<(Outcome?, Outcome?)> changes)
        {
            await table.Prepare(connection, changes, TestContext.Current.CancellationToken);
            await Execute(table.Write());
            table.Committed();
        }

        public async Task Execute(IEnumerable<NpgsqlBatchCommand> commands)
        {
            await using var transaction = await connection.BeginTransactionAsync(TestContext.Current.CancellationToken);
            await using var batch = new NpgsqlBatch(connection, transaction);
            foreach (var command in commands)
                batch.BatchCommands.Add(command);
            if (batch.BatchCommands.Count > 0)
                await batch.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
            await transaction.CommitAsync(TestContext.Current.CancellationToken);
        }

        public async Task Execute(string sql)
        {
#pragma warning disable CA2100 // constants of the tests above
            await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
            await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }

        /// <summary>A source's rows in order: counts, then of each duration its count, sum and histogram.</summary>
        public async Task<List<string>> Rows(int source)
        {
            await using var command = new NpgsqlCommand("""
                select format('%s %s %s %s: %s %s %s %s %s | %s %s %s | %s %s %s | %s %s %s', resolution, at at time zone 'UTC', dimension, label_id || coalesce('/' || nullif(name_id, 0), ''),
                       succeeded, failed, revoked, rejected, retries, runtime_count, runtime_sum, encode(runtime, 'hex'),
                       queue_wait_count, queue_wait_sum, encode(queue_wait, 'hex'), worker_wait_count, worker_wait_sum, encode(worker_wait, 'hex'))
                  from rollup where source_id = $1 order by resolution, at, dimension, label_id, name_id
                """, connection)
            { Parameters = { new() { Value = source } } };
            await using var rows = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
            var lines = new List<string>();
            while (await rows.ReadAsync(TestContext.Current.CancellationToken))
                lines.Add(rows.GetString(0));
            return lines;
        }

        public async Task<object[]> Row(string sql)
        {
#pragma warning disable CA2100 // from our own documentation
            await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
            await using var rows = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
            Assert.True(await rows.ReadAsync(TestContext.Current.CancellationToken));
            var values = new object[rows.FieldCount];
            rows.GetValues(values);
            return values;
        }

        public async ValueTask DisposeAsync()
        {
            await connection.DisposeAsync();
            await database.DisposeAsync();
        }
    }
}
