using System.Diagnostics;
using EventHistory.Ingest;
using EventHistory.Settings;
using EventHistory.Store;
using Npgsql;

namespace EventHistory.Benchmarks;

/// <summary>
/// A backlog in RabbitMQ → the real <c>eventhistory serve</c> → PostgreSQL, all on this machine. The clock runs from the first
/// commit to the last, so that starting the process does not count.
/// </summary>
internal static class EndToEnd
{
    private const string PositionSql = "select next_position - 1 from eventhistory.source";

    private const string LogSizeSql = """
        select sum(pg_total_relation_size(c.oid))::bigint from pg_class c
          join pg_inherits i on i.inhrelid = c.oid where i.inhparent = 'eventhistory.event_segment'::regclass
        """;

    private const string RowsSizeSql = """
        select sum(pg_total_relation_size(c.oid))::bigint from pg_class c
         where c.relnamespace = 'eventhistory'::regnamespace and c.relkind = 'r' and c.relname not like 'event\_segment\_%'
        """;


    public static async Task<EndToEndResult> Run(string name, CeleryLoad load, PrivateBroker broker, EmbeddedPostgres postgres, CancellationToken ct)
    {
        var database = await NewDatabase(postgres, ct);
        var stream = $"bench-{Guid.NewGuid():N}";
        var settings = new EventHistorySettings { Broker = broker.Url, Exchange = stream, Stream = new() { Name = stream } };
        await using (await BrokerConnection.Open(settings, ct))
        {
            // declared and bound
        }
        var (events, messages) = (0, 0);
        await new LoadPublisher(broker.Url, stream).Publish(load.Messages().Select(m =>
        {
            events += m.Events;
            messages++;
            return m;
        }), ct);

        await using var source = NpgsqlDataSource.Create(database);
        Environment.SetEnvironmentVariable("EventHistory__Exchange", stream);
        Environment.SetEnvironmentVariable("EventHistory__Stream__Name", stream);
        var pids = (Postgres: postgres.ProcessId!.Value, Broker: broker.ProcessId);
        await using var recorder = Recorder.Start(broker.Url, database);
        long first = 0;
        var watch = new Stopwatch();
        (double Us, double Postgres, double Broker) cpu = default;
        while (!recorder.HasExited)
        {
            var position = await Position(source, ct);
            if (first == 0 && position > 0)
            {
                (first, cpu) = (position, (ProcessCost.CpuSeconds(recorder.ProcessId), ProcessCost.CpuSeconds(pids.Postgres), ProcessCost.CpuSeconds(pids.Broker)));
                watch.Start();
            }
            if (position >= events)
                break;
            await Task.Delay(20, ct);
        }
        watch.Stop();
        if (recorder.HasExited)
            throw new InvalidOperationException($"eventhistory ended: {recorder.Said}");
        var counted = events - first;
        return new EndToEndResult(name, events, messages, counted / watch.Elapsed.TotalSeconds,
            Us: (ProcessCost.CpuSeconds(recorder.ProcessId) - cpu.Us) * 1e6 / counted,
            Postgres: (ProcessCost.CpuSeconds(pids.Postgres) - cpu.Postgres) * 1e6 / counted,
            Broker: (ProcessCost.CpuSeconds(pids.Broker) - cpu.Broker) * 1e6 / counted,
            LogBytesPerEvent: (double)await Number(source, LogSizeSql, ct) / events,
            RowBytesPerTask: (double)await Number(source, RowsSizeSql, ct) / load.Tasks,
            PeakMemory: ProcessCost.PeakMemory(recorder.ProcessId));
    }

    public static async Task<string> NewDatabase(EmbeddedPostgres postgres, CancellationToken ct)
    {
        var name = $"bench_{Guid.NewGuid():N}";
        await using var source = NpgsqlDataSource.Create(postgres.ConnectionString);
#pragma warning disable CA2100 // a name that we have just made
        await using var create = source.CreateCommand($"create database {name}");
#pragma warning restore CA2100
        await create.ExecuteNonQueryAsync(ct);
        return new NpgsqlConnectionStringBuilder(postgres.ConnectionString) { Database = name }.ConnectionString;
    }

    private static async Task<long> Position(NpgsqlDataSource source, CancellationToken ct)
    {
        try
        {
            return await Number(source, PositionSql, ct);
        }
        catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.InvalidSchemaName)
        {
            return 0; // not migrated yet
        }
    }

    private static async Task<long> Number(NpgsqlDataSource source, string sql, CancellationToken ct)
    {
#pragma warning disable CA2100 // one of the constants above
        await using var command = source.CreateCommand(sql);
#pragma warning restore CA2100
        return await command.ExecuteScalarAsync(ct) as long? ?? 0;
    }
}

/// <summary>CPU is in microseconds per event.</summary>
internal sealed record EndToEndResult(
    string Name, int Events, int Messages, double Rate, double Us, double Postgres, double Broker,
    double LogBytesPerEvent, double RowBytesPerTask, long PeakMemory);
