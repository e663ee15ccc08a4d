using EventHistory.Settings;
using EventHistory.Store;
using EventHistory.Telemetry;
using Npgsql;
using RabbitMQ.Client.Exceptions;

namespace EventHistory.Ingest;

/// <summary>
/// Keeps recording going for as long as the process lives:
/// <list type="number">
/// <item>become the writer of the source (<see cref="WriterElection"/>), or stand by;</item>
/// <item>connect to the broker and declare what is needed (<see cref="BrokerConnection"/>);</item>
/// <item>find the place to go on from (<see cref="StreamContinuity"/>);</item>
/// <item>record until something breaks (<see cref="Recording"/>);</item>
/// <item>forget everything, wait a little, and begin again from what the database says.</item>
/// </list>
/// </summary>
internal sealed class IngestService(
    EventHistorySettings settings, NpgsqlDataSource database, DatabaseStartup startup, WriterElection election, RecorderStatus status,
    FatalStop fatal, TimeProvider time, ILogger<IngestService> logger) : BackgroundService
{
    private bool _hasRecorded;
    private int _failures;
    private long _carefulUpTo = -1;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await startup.Ready(stoppingToken);
            while (!stoppingToken.IsCancellationRequested)
                await RecordOnce(stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // asked to stop while waiting
        }
        catch (Exception bug) when (!IsTransient(bug))
        {
            logger.Bug(bug);
            fatal.Because($"Recording met a bug of its own ({bug.GetType().Name}): see the log, and report it.");
        }
        finally
        {
            status.State = "stopped";
        }
    }

    private async Task RecordOnce(CancellationToken stop)
    {
        try
        {
            status.State = status.State == "standby" ? "standby" : "connecting";
            await using var session = await election.Win(StandBy, stop);
            status.DatabaseConnected = true;
            status.State = "connecting";
            await using var connection = await BrokerConnection.Open(settings, stop);
            status.BrokerConnected = true;
            var source = await SourceState.Load(session, settings.Source.Name, stop);
            var resume = await StreamContinuity.Check(connection, settings.Stream.Name, source, stop);
            await using var channel = await connection.CreateChannelAsync(cancellationToken: stop);
            await using var subscription = await StreamSubscription.Open(channel, settings.Stream.Name, resume.Offset, settings.Stream.Prefetch, stop);
            logger.Recording(settings.Source.Name, BrokerUrl.Parse(settings.Broker).ToString(), resume.Epoch, resume.Offset.ToString(), source.NextPosition);
            (status.State, status.Problem, _hasRecorded) = ("recording", null, true);

            var recording = new Recording(settings, subscription, session, new Labels(database), source, resume, status, time, logger)
            {
                OnCommit = () => _failures = 0,
            };
            await recording.Run(_carefulUpTo, stop);
            logger.Ended(recording.NextPosition - 1);
        }
        catch (Exception fault) when (IsTransient(fault) && !stop.IsCancellationRequested)
        {
            await Recover(fault, stop);
        }
        finally
        {
            status.BrokerConnected = false;
        }
    }

    private async Task Recover(Exception fault, CancellationToken stop)
    {
        if (!_hasRecorded && BrokerFault.Explain(fault, settings) is { } sentence)
        {
            status.Problem = sentence;
            fatal.Because(sentence);
            await Task.Delay(Timeout.Infinite, stop);
        }
        if (fault is BatchRefusedException refused)
        {
            _carefulUpTo = refused.LastOffset;
            logger.Careful(refused.Message, refused.LastOffset);
        }
        if (fault is NpgsqlException)
            status.DatabaseConnected = false;
        var pause = Backoff.Pause(settings.Backoff, ++_failures, Random.Shared.NextDouble());
        var reason = (fault.GetBaseException() is PostgresException refusal ? $"{refusal.MessageText} (SQLSTATE {refusal.SqlState})" : fault.GetBaseException().Message)
            .ReplaceLineEndings(" ");
        (status.State, status.Problem) = ("connecting", reason);
        Meters.Interruptions.Add(1);
        logger.Interrupted(reason, pause);
        await Task.Delay(pause, stop);
    }

    private void StandBy()
    {
        status.DatabaseConnected = true;
        if (status.State == "standby")
            return;
        (status.State, status.Problem) = ("standby", null);
        logger.StandingBy(settings.Source.Name);
    }

    /// <summary>Everything that the world outside can do to us; a bug of ours ends the process instead.</summary>
    private static bool IsTransient(Exception fault) => fault
        is NpgsqlException or BatchRefusedException or StartException
        or BrokerUnreachableException or RabbitMQClientException or IOException or InvalidDataException or TimeoutException
        or System.Net.Sockets.SocketException or ObjectDisposedException or OperationCanceledException or System.Threading.Channels.ChannelClosedException;
}
