using System.Diagnostics;
using System.Security.Cryptography;
using EventHistory.Core.Celery;
using Npgsql;
using NpgsqlTypes;

namespace EventHistory.Benchmarks;

/// <summary>
/// What one writes in an afternoon: a row per event with the body as jsonb. It does less than the product (no read models, no
/// broker, no hash chain) and it is what the product's figures are to be compared with.
/// </summary>
internal static class NaiveBaseline
{
    private const string TableSql = """
        create table event (
            position bigint generated always as identity primary key,
            type     text not null,
            task_id  text,
            hostname text,
            at       timestamptz,
            body     jsonb not null
        );
        create index event_task_id on event (task_id);
        """;

    private const string InsertSql = "insert into event (type, task_id, hostname, at, body) values ($1, $2, $3, $4, $5)";

    private const string CopySql = "copy event (type, task_id, hostname, at, body) from stdin binary";

    private const string SelectSql = "select body from event order by position";

    private const string SizeSql = "select pg_total_relation_size('event')";

    private const int CopiedAtOnce = 5_000;

    public static async Task<IReadOnlyList<BaselineResult>> RunAll(Bench bench)
    {
        Bench.Say("the naive ways");
        return
        [
            await Write("one INSERT an event, a commit each", bench.Options.Scaled(0.002), 1, InsertEach, bench),
            await Write("one INSERT an event, a commit per 500", bench.Options.Scaled(0.02), 500, InsertEach, bench),
            await Write($"COPY, a commit per {CopiedAtOnce:N0}", bench.Options.Scaled(0.1), CopiedAtOnce, Copy, bench),
        ];
    }

    /// <summary>What the naive way has in place of verifying: every row is read, and its body hashed.</summary>
    public static async Task<BaselineResult> ReadBack(Bench bench)
    {
        var events = Events(bench.Options.Scaled(0.1));
        await using var connection = await NewTable(bench);
        await using var insert = Insert(connection);
        await Copy(insert, events, bench.Ct);
        return await Measure("SELECT, SHA-256 of each body", events.Count, connection, bench, async () =>
        {
            await using var select = new NpgsqlCommand(SelectSql, connection);
            await using var rows = await select.ExecuteReaderAsync(bench.Ct);
            while (await rows.ReadAsync(bench.Ct))
                SHA256.HashData(rows.GetFieldValue<byte[]>(0));
        });
    }

    private static async Task<BaselineResult> Write(
        string name, int count, int perCommit, Func<NpgsqlCommand, IReadOnlyList<CeleryEvent>, CancellationToken, Task> write, Bench bench)
    {
        var events = Events(count);
        await using var connection = await NewTable(bench);
        await using var insert = Insert(connection);
        await insert.PrepareAsync(bench.Ct);
        return await Measure(name, events.Count, connection, bench, async () =>
        {
            foreach (var chunk in events.Chunk(perCommit))
            {
                await using var transaction = await connection.BeginTransactionAsync(bench.Ct);
                await write(insert, chunk, bench.Ct);
                await transaction.CommitAsync(bench.Ct);
            }
        });
    }

    private static async Task<BaselineResult> Measure(string name, int events, NpgsqlConnection connection, Bench bench, Func<Task> work)
    {
        var (us, server) = (ProcessCost.CpuSeconds(Environment.ProcessId, tree: false), ProcessCost.CpuSeconds(bench.Postgres.ProcessId!.Value));
        var watch = Stopwatch.StartNew();
        await work();
        watch.Stop();
        await using var size = new NpgsqlCommand(SizeSql, connection);
        return new BaselineResult(name, events, events / watch.Elapsed.TotalSeconds,
            Us: (ProcessCost.CpuSeconds(Environment.ProcessId, tree: false) - us) * 1e6 / events,
            Postgres: (ProcessCost.CpuSeconds(bench.Postgres.ProcessId!.Value) - server) * 1e6 / events,
            BytesPerEvent: (double)(long)(await size.ExecuteScalarAsync(bench.Ct))! / events);
    }

    private static List<CeleryEvent> Events(int count)
    {
        var events = new List<CeleryEvent>();
        foreach (var message in new CeleryLoad(Math.Max(1, count / 4), SentInLists: true).Messages())
            EventDecoder.Decode(message.Body, events);
        return events;
    }

    private static async Task<NpgsqlConnection> NewTable(Bench bench)
    {
        var connection = new NpgsqlConnection(await bench.NewDatabase());
        await connection.OpenAsync(bench.Ct);
        await using var table = new NpgsqlCommand(TableSql, connection);
        await table.ExecuteNonQueryAsync(bench.Ct);
        return connection;
    }

    private static async Task InsertEach(NpgsqlCommand insert, IReadOnlyList<CeleryEvent> events, CancellationToken ct)
    {
        foreach (var e in events)
        {
            Set(insert, e);
            await insert.ExecuteNonQueryAsync(ct);
        }
    }

    private static async Task Copy(NpgsqlCommand insert, IReadOnlyList<CeleryEvent> events, CancellationToken ct)
    {
        await using var copy = await insert.Connection!.BeginBinaryImportAsync(CopySql, ct);
        foreach (var e in events)
        {
            await copy.StartRowAsync(ct);
            await copy.WriteAsync(e.Type, NpgsqlDbType.Text, ct);
            await copy.WriteAsync(e.TaskId?.ToString(), NpgsqlDbType.Text, ct);
            await copy.WriteAsync(e.Hostname, NpgsqlDbType.Text, ct);
            await copy.WriteAsync(e.At, NpgsqlDbType.TimestampTz, ct);
            await copy.WriteAsync(e.Json.ToArray(), NpgsqlDbType.Jsonb, ct);
        }
        await copy.CompleteAsync(ct);
    }

    private static NpgsqlCommand Insert(NpgsqlConnection connection) => new(InsertSql, connection)
    {
        Parameters =
        {
            new() { NpgsqlDbType = NpgsqlDbType.Text },
            new() { NpgsqlDbType = NpgsqlDbType.Text },
            new() { NpgsqlDbType = NpgsqlDbType.Text },
            new() { NpgsqlDbType = NpgsqlDbType.TimestampTz },
            new() { NpgsqlDbType = NpgsqlDbType.Jsonb },
        },
    };

    private static void Set(NpgsqlCommand insert, CeleryEvent e)
    {
        insert.Parameters[0].Value = e.Type;
        insert.Parameters[1].Value = (object?)e.TaskId?.ToString() ?? DBNull.Value;
        insert.Parameters[2].Value = (object?)e.Hostname ?? DBNull.Value;
        insert.Parameters[3].Value = (object?)e.At ?? DBNull.Value;
        insert.Parameters[4].Value = e.Json.ToArray();
    }
}

/// <summary>CPU is in microseconds per event.</summary>
internal sealed record BaselineResult(string Name, int Events, double Rate, double Us, double Postgres, double BytesPerEvent)
{
    /// <param name="rates">Ours, events a second, to be set against it.</param>
    public static ResultTable Table(IReadOnlyList<BaselineResult> baselines, params (string Name, double Rate)[] rates) => new(
        "The naive way, in the same run: one `jsonb` row per event and an index on the task id; no broker, no read models, no hash chain.",
        ["naive", "events", "events/s", .. rates.Select(r => $"{r.Name} is"), "CPU client", "CPU PostgreSQL", "B/event"],
        [.. baselines.Select(b => (string[])
        [
            b.Name, $"{b.Events:N0}", $"{b.Rate:N0}", .. rates.Select(r => $"{r.Rate / b.Rate:F1} times that"), $"{b.Us:F1}", $"{b.Postgres:F1}", $"{b.BytesPerEvent:F0}",
        ])]);
}
