using EventHistory.Core.Coverage;
using EventHistory.Store;
using Npgsql;
using NpgsqlTypes;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace EventHistory.Ingest;

/// <summary>
/// The row in <c>recorder_run</c> of this writer's present run: begun when it starts to read the stream, kept alive with
/// every commit and, when there is nothing to commit, by a pulse, and ended by whoever can: itself, or its successor.
/// </summary>
internal sealed class CurrentRun(NpgsqlDataSource database, long id, DateTime? recordedTo, TimeProvider time)
{
    // A writer that vanished left its run open; the next one closes it at its last sign of life
    private const string BeginSql = """
        with latest as (
            select recorded_to from eventhistory.recorder_run where source_id = $1 order by id desc limit 1
        ), closed as (
            update eventhistory.recorder_run set ended_at = last_alive_at, ended_how = 'vanished' where source_id = $1 and ended_at is null returning id
        )
        insert into eventhistory.recorder_run (source_id, host, pid, started_at, last_alive_at, recorded_to)
        select $1, $2, $3, $4, $4, (select recorded_to from latest) from (select count(*) from closed) afterwards
        returning id, recorded_to
        """;

    /// <param name="session">The writer's own: it holds the lock that there is no other writer.</param>
    /// <param name="database">For the pulse, which must not get between the commands of a batch.</param>
    /// <param name="startedAt">When the stream was there and bound: what was sent from then on is in it.</param>
    public static async Task<CurrentRun> Begin(
        NpgsqlConnection session, NpgsqlDataSource database, SourceState source, DateTime startedAt, TimeProvider time, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(BeginSql, session)
        {
            Parameters =
            {
                new() { Value = source.Id },
                new() { Value = Environment.MachineName },
                new() { Value = Environment.ProcessId },
                new() { Value = startedAt },
            },
        };
        await using var row = await command.ExecuteReaderAsync(ct);
        await row.ReadAsync(ct);
        return new CurrentRun(database, row.GetInt64(0), row.IsDBNull(1) ? null : row.GetDateTime(1), time);
    }

    private readonly Lock _place = new(); // the pulse and the writer both move it
    private DateTime? _recordedTo = recordedTo;

    /// <summary>All that was sent before this is recorded; null: nothing was recorded yet.</summary>
    public DateTime? RecordedTo
    {
        get
        {
            lock (_place)
                return _recordedTo;
        }
    }

    private const string AliveSql = """
        update eventhistory.recorder_run
           set last_alive_at = greatest(last_alive_at, $2), recorded_from = coalesce(recorded_from, least(started_at, $3)),
               recorded_to = greatest(recorded_to, $4)
         where id = $1
        """;

    /// <summary>For the transaction of a batch; after its commit comes <see cref="Recorded"/>.</summary>
    /// <param name="from">When the batch's first events were sent; null: they have no usable times.</param>
    /// <param name="to">All that was sent before this is recorded with this batch; null: unknown.</param>
    public NpgsqlBatchCommand Alive(DateTime recordedAt, DateTime? from, DateTime? to) => new(AliveSql)
    {
        Parameters = { new() { Value = id }, new() { Value = recordedAt }, Time(from), Time(to) },
    };

    /// <summary>The batch is committed.</summary>
    public void Recorded(DateTime? to)
    {
        lock (_place)
            _recordedTo = _recordedTo >= to ? _recordedTo : to ?? _recordedTo;
    }

    private const string PulseSql = """
        update eventhistory.recorder_run set last_alive_at = greatest(last_alive_at, $2), recorded_to = greatest(recorded_to, $3)
         where id = $1 and ended_at is null
        """;

    /// <summary>A sign of life every few seconds, until it is cancelled.</summary>
    /// <param name="broker">Asked whether it is still there: silence may also be a dead line.</param>
    /// <param name="stream">Its name.</param>
    /// <param name="isIdle">True when every message that came is recorded.</param>
    /// <param name="ct">Ends it.</param>
    public async Task Pulse(IConnection broker, string stream, Func<bool> isIdle, CancellationToken ct)
    {
        using var beat = new PeriodicTimer(TimeSpan.FromSeconds(RecorderRun.PulseSeconds), time);
        while (!ct.IsCancellationRequested)
        {
            try
            {
                await beat.WaitForNextTickAsync(ct);
                var now = time.GetUtcNow().UtcDateTime;
                var readUpTo = isIdle() && await Answers(broker, stream, ct) && isIdle() ? now : (DateTime?)null;
                await using var command = database.CreateCommand(PulseSql);
                command.Parameters.Add(new() { Value = id });
                command.Parameters.Add(new() { Value = now });
                command.Parameters.Add(Time(readUpTo));
                await command.ExecuteNonQueryAsync(ct);
                Recorded(readUpTo);
            }
            catch (Exception fault) when (fault is NpgsqlException or TimeoutException or OperationCanceledException)
            {
                // asked to stop; or the database is away: if that lasts, the recording itself tells of it
            }
        }
    }

    private static async Task<bool> Answers(IConnection broker, string stream, CancellationToken ct)
    {
        try
        {
            await using var channel = await broker.CreateChannelAsync(cancellationToken: ct);
            await channel.QueueDeclarePassiveAsync(stream, ct);
            return true;
        }
        catch (Exception fault) when (fault is RabbitMQClientException or IOException or ObjectDisposedException or TimeoutException)
        {
            return false;
        }
    }

    private const string EndSql = """
        update eventhistory.recorder_run
           set ended_at = greatest(last_alive_at, $2), last_alive_at = greatest(last_alive_at, $2), ended_how = $3, ended_why = $4
         where id = $1 and ended_at is null
        """;

    /// <summary>Says how it ended. If the database cannot be told, the next writer finds the run open.</summary>
    /// <param name="how"><see cref="RecorderRun.Stopped"/> or <see cref="RecorderRun.Interrupted"/>.</param>
    /// <param name="why">As a sentence; null when asked to.</param>
    public async Task End(string how, string? why)
    {
        try
        {
            await using var command = database.CreateCommand(EndSql);
            command.CommandTimeout = 5;
            command.Parameters.Add(new() { Value = id });
            command.Parameters.Add(new() { Value = time.GetUtcNow().UtcDateTime });
            command.Parameters.Add(new() { Value = how });
            command.Parameters.Add(new() { Value = (object?)why ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
            await command.ExecuteNonQueryAsync(CancellationToken.None);
        }
        catch (Exception fault) when (fault is NpgsqlException or TimeoutException)
        {
            // see above
        }
    }

    private static NpgsqlParameter Time(DateTime? at) => new() { Value = (object?)at ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.TimestampTz };
}
