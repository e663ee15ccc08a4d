using System.Buffers;
using System.Text;
using EventHistory.Core.Celery;
using EventHistory.Core.Tasks;
using EventHistory.Tests.Fixtures;
using Npgsql;

namespace EventHistory.Tests.Store;

/// <summary>What the migrations add up to, and the functions that SQL users meet.</summary>
public sealed class SchemaTests(Postgres postgres)
{
    private const string ColumnsSql = """
        select c.relname || '.' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod) || case when a.attnotnull then ' not null' else '' end
          from pg_attribute a join pg_class c on c.oid = a.attrelid
         where c.relnamespace = 'eventhistory'::regnamespace and c.relkind in ('r', 'p', 'v') and not c.relispartition and a.attnum > 0 and not a.attisdropped
         order by c.relname, a.attnum
        """;

    private const string IndexesSql = """
        select indexdef from pg_indexes
         where schemaname = 'eventhistory' and tablename !~ '_[0-9]{8}$' order by indexname
        """;

    private const string FunctionsSql = """
        select oid::regprocedure || ' returns ' || pg_get_function_result(oid) from pg_proc where pronamespace = 'eventhistory'::regnamespace order by 1
        """;

    [Fact]
    public async Task The_schema_is_the_one_on_file()
    {
        await using var database = await postgres.CreateDatabase();
        var schema = new StringBuilder("-- What all migrations add up to. Written by `make golden`.\n");
        foreach (var (title, sql) in new[] { ("columns", ColumnsSql), ("indexes", IndexesSql), ("functions", FunctionsSql) })
        {
            schema.Append("\n-- ").Append(title).Append('\n');
            foreach (var line in await Lines(database.Data, sql))
                schema.Append(line).Append('\n');
        }

        var file = Repository.Path("tests", "EventHistory.Tests", "Store", "schema.sql");
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") is not null)
            await File.WriteAllTextAsync(file, schema.ToString(), TestContext.Current.CancellationToken);
        Assert.Equal(await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken), schema.ToString());
    }

    [Theory]
    [InlineData("d93e7b96-79f5-4eaf-8e74-8a6854c8a4c7")]
    [InlineData("D93E7B96-79F5-4EAF-8E74-8A6854C8A4C7")]
    [InlineData("d93e7b96-79f5-8eaf-8e74-8a6854c8a4c7")]
    [InlineData("d93e7b96-79f5-4eaf-8e74-8a6854c8a4c")]
    [InlineData("d93e7b9679f54eaf8e748a6854c8a4c7")]
    [InlineData("{d93e7b96-79f5-4eaf-8e74-8a6854c8a4c7}")]
    [InlineData("my custom id / with spaces é")]
    [InlineData("🐇")]
    [InlineData("0")]
    [InlineData("")]
    public async Task A_task_id_has_the_same_key_in_SQL(string id)
    {
        await using var database = await postgres.CreateDatabase();
        await using var command = database.Data.CreateCommand("select eventhistory.task_key($1)");
        command.Parameters.Add(new NpgsqlParameter { Value = id });
        Assert.Equal(TaskId.Parse(id).Key, await command.ExecuteScalarAsync(TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("""{"x":"a\u0000b"}""", "a\\u0000b")]
    [InlineData("""{"x":"\u0000\u0000"}""", "\\u0000\\u0000")]
    [InlineData("""{"x":"a\\u0000b"}""", "a\\u0000b")]
    [InlineData("""{"x":"\\\u0000"}""", "\\\\u0000")]
    [InlineData("""{"x":"\ud800"}""", "\\ud800")]
    [InlineData("""{"x":"\ud83d\ude00"}""", "😀")]
    [InlineData("""{"x":"\ude00\ud83d"}""", "\\ude00\\ud83d")]
    [InlineData("""{"x":"\ud83d\ud83d\ude00\ude00"}""", "\\ud83d😀\\ude00")]
    [InlineData("""{"x":"\n\"\u00e9"}""", "\n\"é")]
    public async Task Escapes_that_PostgreSQL_refuses_are_readable(string json, string text)
    {
        await using var database = await postgres.CreateDatabase();
        await using var command = database.Data.CreateCommand("select eventhistory.readable_json($1) ->> 'x'");
        command.Parameters.Add(new NpgsqlParameter { Value = json });
        Assert.Equal(text, await command.ExecuteScalarAsync(TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("1795247729.9054775")]
    [InlineData("0")]
    [InlineData("4070908800.5")]
    [InlineData("1.5e9")]
    [InlineData("-1")]
    [InlineData("1e999")]
    [InlineData("1e999999999")]
    [InlineData("253370764799")]
    [InlineData("253370764800")]
    [InlineData("\"1795247729\"")]
    [InlineData("null")]
    public async Task A_timestamp_is_the_same_time_in_SQL(string timestamp)
    {
        var json = $$"""{"type":"task-started","timestamp":{{timestamp}}}""";
        var events = new List<CeleryEvent>();
        Assert.Null(EventDecoder.Decode(System.Text.Encoding.UTF8.GetBytes(json), events));
        await using var database = await postgres.CreateDatabase();
        await using var command = database.Data.CreateCommand("select eventhistory.event_time($1::json)");
        command.Parameters.Add(new NpgsqlParameter { Value = json });
        var answer = await command.ExecuteScalarAsync(TestContext.Current.CancellationToken);
        Assert.Equal(Assert.Single(events).At, answer is DateTime at ? at : null);
    }

    private static readonly long[][] _positions =
    [
        [], [1], [127], [128], [1, 2, 3], [1, 128, 256, 16_640, 2_113_664], [16_383, 16_384, 1L << 35, (1L << 62) - 1, long.MaxValue],
        [.. Enumerable.Range(0, 256).Select(i => 1_000_000_000L + (i * i * i * 1000L))],
    ];

    [Fact]
    public async Task Positions_are_the_same_in_SQL()
    {
        await using var database = await postgres.CreateDatabase();
        foreach (var positions in _positions)
        {
            var packed = new ArrayBufferWriter<byte>();
            PositionCodec.Write(positions, packed);
            await using var command = database.Data.CreateCommand("select eventhistory.positions($1)");
            command.Parameters.Add(new NpgsqlParameter { Value = packed.WrittenSpan.ToArray() });
            Assert.Equal(positions, await command.ExecuteScalarAsync(TestContext.Current.CancellationToken));
        }
    }

    private static async Task<List<string>> Lines(NpgsqlDataSource data, string sql)
    {
#pragma warning disable CA2100 // one of the constants above
        await using var command = data.CreateCommand(sql);
#pragma warning restore CA2100
        await using var rows = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        var lines = new List<string>();
        while (await rows.ReadAsync(TestContext.Current.CancellationToken))
            lines.Add(rows.GetString(0));
        return lines;
    }
}
