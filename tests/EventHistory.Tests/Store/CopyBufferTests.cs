using System.Buffers;
using EventHistory.Core.Celery;
using EventHistory.Store;
using EventHistory.Tests.Fixtures;
using EventHistory.Tests.Ingest;
using Npgsql;

namespace EventHistory.Tests.Store;

/// <summary>What is written by hand is what PostgreSQL reads.</summary>
public sealed class CopyBufferTests(Postgres postgres)
{
    private static readonly Guid _id = Guid.Parse("d93e7b96-3b5e-4d57-9a3c-0123456789ab");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_value_of_every_type_arrives()
    {
        var buffer = new CopyBuffer();
        Add(buffer, int.MinValue, long.MinValue, double.MinValue, float.MinValue, false, DateTime.UnixEpoch, Guid.Empty, "", EventText.Of(""), []);
        Add(buffer, int.MaxValue, long.MaxValue, double.Epsilon, float.Epsilon, true, new DateTime(9998, 12, 31, 23, 59, 59, 999, DateTimeKind.Utc).AddMicroseconds(999),
            _id, "größe ☃ 😀", EventText.OfJson("gr\\u00f6\\u00dfe \\ud83d\\ude00 \\u0000"u8.ToArray(), escaped: true), [0, 255]);
        Add(buffer, null, null, null, null, null, DateTime.MaxValue, null, null, default, null);
        Assert.Equal(3, buffer.Rows);

        Assert.Equal(
        [
            "-2147483648|-9223372036854775808|-1.7976931348623157e+308|-3.4028235e+38|f|1970-01-01 00:00:00+00|00000000-0000-0000-0000-000000000000|||\\x",
            $"2147483647|9223372036854775807|5e-324|1e-45|t|9998-12-31 23:59:59.999999+00|{_id}|größe ☃ 😀|größe 😀 \\u0000|\\x00ff",
            "-|-|-|-|-|infinity|-|-|-|-",
        ], await Sent(buffer));
    }

    [Fact]
    public async Task It_grows_and_can_be_used_again()
    {
        var buffer = new CopyBuffer();
        for (var round = 0; round < 2; round++)
        {
            buffer.Clear();
            for (var i = 0; i < 5000; i++)
                Add(buffer, i, null, null, null, null, null, null, new string('x', 100), EventText.Of($"{i}"), new byte[i % 300]);
            Add(buffer, 5000, null, null, null, null, null, null, new string('y', 12_000_000), EventText.Of(new string('é', 6_000_000)), new byte[3_000_000]);
            var rows = await Sent(buffer);
            Assert.Equal(5001, rows.Count);
            Assert.All(rows.Take(5000), (row, i) => Assert.Equal($"{i}|-|-|-|-|-|-|{new string('x', 100)}|{i}|\\x{new string('0', i % 300 * 2)}", row));
            Assert.Equal($"5000|-|-|-|-|-|-|{new string('y', 12_000_000)}|{new string('é', 6_000_000)}|\\x{new string('0', 6_000_000)}", rows[5000]);
        }
    }

    [Fact]
    public async Task None_is_no_row()
    {
        var buffer = new CopyBuffer();
        Assert.Equal(0, buffer.Rows);
        Assert.Empty(await Sent(buffer));
    }

    private static void Add(CopyBuffer to, int? i, long? l, double? d, float? f, bool? b, DateTime? at, Guid? id, string? text, EventText json, byte[]? bytes)
    {
        to.Row(10);
        to.Add(i);
        to.Add(l);
        to.Add(d);
        to.Add(f);
        to.Add(b);
        to.Add(at);
        to.Add(id);
        to.Add(text);
        to.Add(json);
        if (bytes is null)
            to.AddNull();
        else
            to.Add(bytes, static (all, writer) => writer.Write(all));
    }

    private const string TableSql = "create table copied (n serial, i int, l bigint, d float8, f float4, b boolean, at timestamptz, id uuid, t text, j text, x bytea)";

    private const string RowsSql = """
        select concat_ws('|', coalesce(i::text, '-'), coalesce(l::text, '-'), coalesce(d::text, '-'), coalesce(f::text, '-'), coalesce(b::text::char(1), '-'),
                   coalesce(at::text, '-'), coalesce(id::text, '-'), coalesce(t, '-'), coalesce(j, '-'), coalesce(x::text, '-'))
          from copied order by n
        """;

    private async Task<List<string>> Sent(CopyBuffer buffer)
    {
        await using var database = await postgres.CreateEmptyDatabase();
        await using var data = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(database.ConnectionString) { Timezone = "UTC" });
        await using var connection = await data.OpenConnectionAsync(Ct);
        await using (var create = new NpgsqlCommand(TableSql, connection))
            await create.ExecuteNonQueryAsync(Ct);
        await buffer.Send(connection, "copy copied (i, l, d, f, b, at, id, t, j, x) from stdin (format binary)", Ct);
        return await data.All(RowsSql, row => row.GetString(0));
    }
}
