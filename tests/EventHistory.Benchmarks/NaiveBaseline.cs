using System.Diagnostics;
using EventHistory.Core.Celery;
using EventHistory.Store;
using Npgsql;
using NpgsqlTypes;

namespace EventHistory.Benchmarks;

/// <summary>
/// What one writes in an afternoon: a row per event with the body as jsonb, one INSERT each. It does less than the product (no
/// read models, no broker, no hash chain) and it is what the product's figures are to be compared with.
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

    private const string SizeSql = "select pg_total_relation_size('event')";

    /// <param name="perCommit">Events in one transaction; each is a statement of its own.</param>
    public static async Task<BaselineResult> Run(string name, int count, int perCommit, EmbeddedPostgres postgres, CancellationToken ct)
    {
        var events = new List<CeleryEvent>();
        foreach (var message in new CeleryLoad(count / 4, SentInLists: true).Messages())
            EventDecoder.Decode(message.Body, events);

        await using var connection = new NpgsqlConnection(await EndToEnd.NewDatabase(postgres, ct));
        await connection.OpenAsync(ct);
        await using (var table = new NpgsqlCommand(TableSql, connection))
            await table.ExecuteNonQueryAsync(ct);

        await using var insert = Insert(connection);
        await insert.PrepareAsync(ct);
        var pid = Environment.ProcessId;
        var (us, server) = (ProcessCost.CpuSeconds(pid, tree: false), ProcessCost.CpuSeconds(postgres.ProcessId!.Value));
        var watch = Stopwatch.StartNew();
        foreach (var chunk in events.Chunk(perCommit))
        {
            await using var transaction = await connection.BeginTransactionAsync(ct);
            foreach (var e in chunk)
            {
                Set(insert, e);
                await insert.ExecuteNonQueryAsync(ct);
            }
            await transaction.CommitAsync(ct);
        }
        watch.Stop();
        await using var size = new NpgsqlCommand(SizeSql, connection);
        return new BaselineResult(name, events.Count, events.Count / watch.Elapsed.TotalSeconds,
            Us: (ProcessCost.CpuSeconds(pid, tree: false) - us) * 1e6 / events.Count,
            Postgres: (ProcessCost.CpuSeconds(postgres.ProcessId!.Value) - server) * 1e6 / events.Count,
            BytesPerEvent: (double)(long)(await size.ExecuteScalarAsync(ct))! / events.Count);
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
internal sealed record BaselineResult(string Name, int Events, double Rate, double Us, double Postgres, double BytesPerEvent);
