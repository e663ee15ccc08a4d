using EventHistory.Core.Coverage;
using EventHistory.Projections;
using EventHistory.Settings;
using EventHistory.Store;
using EventHistory.Telemetry;
using Npgsql;
using RabbitMQ.Client;
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
            await using var lookups = await election.OpenAnother(stop);
            status.DatabaseConnected = true;
            status.State = "connecting";
            await using var connection = await BrokerConnection.Open(settings, stop);
            status.BrokerConnected = true;
            var started = time.GetUtcNow().UtcDateTime;
            var source = await SourceState.Load(session, settings.Source.Name, stop);
            await LookForOutdated(session, stop);
            var resume = await StreamContinuity.Check(connection, settings.Stream.Name, source, stop);
            await using var channel = await connection.CreateChannelAsync(cancellationToken: stop);
            await using var subscription = await StreamSubscription.Open(channel, settings.Stream.Name, resume.Offset, settings.Stream.Prefetch, stop);
            var run = await CurrentRun.Begin(session, database, source, started, time, stop);
            logger.Recording(settings.Source.Name, BrokerUrl.Parse(settings.Broker).ToString(), resume.Epoch, resume.Offset.ToString(), source.NextPosition);
            (status.State, status.Problem, _hasRecorded) = ("recording", null, true);

            var recorded = source.NextPosition == 1 ? RecordedTasks.None() : RecordedTasks.Unread();
            using var own = new OwnEventInbox(database, source.Id, time);
            var recording = new Recording(settings, subscription, own,
                from => new BatchWriter(session, lookups, new LogReader(database), from, new Labels(database), recorded, time, run),
                source, resume, status, time, logger)
            {
                OnCommit = () => _failures = 0,
            };
            await Record(recording, recorded, own, run, connection, stop);
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

    // Beside the recording itself: signs of life, what we have to say ourselves, and finding out which tasks have rows
    private async Task Record(Recording recording, RecordedTasks recorded, OwnEventInbox own, CurrentRun run, IConnection broker, CancellationToken stop)
    {
        using var term = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var aside = Task.WhenAll(run.Pulse(broker, settings.Stream.Name, () => recording.IsIdle, term.Token), own.Watch(term.Token), ReadKnown(recorded, term.Token));
        try
        {
            await recording.Run(_carefulUpTo, stop);
            await run.End(RecorderRun.Stopped, null);
        }
        catch (Exception fault) when (fault is not NpgsqlException)
        {
            await run.End(RecorderRun.Interrupted, Reason(fault));
            throw;
        }
        finally
        {
            await term.CancelAsync();
            await aside;
        }
    }

    private async Task LookForOutdated(NpgsqlConnection session, CancellationToken ct)
    {
        var outdated = await ProjectionVersions.Outdated(session, ct);
        foreach (var projection in outdated)
            logger.Outdated(projection.Name, projection.Stored, projection.Ours);
        status.Outdated = outdated.ConvertAll(projection => projection.Name);
    }

    // Which tasks have rows; recording does not wait for it
    private async Task ReadKnown(RecordedTasks recorded, CancellationToken term)
    {
        while (!recorded.IsLoaded && !term.IsCancellationRequested)
        {
            try
            {
                await using var connection = await election.OpenAnother(term);
                await recorded.Load(connection, term);
            }
            catch (Exception fault) when (fault is NpgsqlException or OperationCanceledException)
            {
                await Task.Delay(settings.Backoff.First, term).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
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
        var reason = Reason(fault);
        (status.State, status.Problem) = ("connecting", reason);
        Meters.Interruptions.Add(1);
        logger.Interrupted(reason, pause);
        await Task.Delay(pause, stop);
    }

    private static string Reason(Exception fault) => DatabaseFault.Reason(fault) ?? fault.GetBaseException().Message.ReplaceLineEndings(" ");

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
