using System.Net.Sockets;
using System.Security.Cryptography;
using EventHistory.Core.Reports;
using EventHistory.Settings;
using EventHistory.Store;
using EventHistory.Telemetry;
using Npgsql;

namespace EventHistory.Reports;

/// <summary>Delivers what is due, each to its own place at once: who is down or slow holds up nobody else. What did not arrive is tried again by the <see cref="RetryPlan"/>.</summary>
internal sealed class DeliveryService(
    Deliveries deliveries, IEnumerable<IDelivery> ways, DeliveryBell bell, DatabaseStartup startup, EventHistorySettings settings, TimeProvider time,
    ILogger<DeliveryService> logger) : BackgroundService
{
    private const int MaxAtOnce = 32;

    /// <summary>For what other processes made.</summary>
    private static readonly TimeSpan _pause = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan _pauseAfterFault = TimeSpan.FromSeconds(10);

    private readonly Dictionary<string, IDelivery> _ways = ways.ToDictionary(w => w.Kind);
    private readonly RetryPlan _plan = new(settings.Reports.RetryFirst, settings.Reports.RetryMax, settings.Reports.Attempts);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await startup.Ready(stoppingToken);
        var underWay = new List<Task>();
        try
        {
            while (true)
            {
                underWay.RemoveAll(task => task.IsCompleted);
                await bell.Wait(await Begin(underWay, stoppingToken), stoppingToken);
            }
        }
        finally
        {
            await Task.WhenAll(underWay);
        }
    }

    /// <returns>How long to wait unless the bell rings.</returns>
    private async Task<TimeSpan> Begin(List<Task> underWay, CancellationToken ct)
    {
        try
        {
            var now = time.GetUtcNow().UtcDateTime;
            foreach (var parcel in await deliveries.Claim(now, now + settings.Reports.Timeout + TimeSpan.FromMinutes(1), MaxAtOnce - underWay.Count, ct))
                underWay.Add(Deliver(parcel, ct));
            return _pause;
        }
        catch (Exception fault) when (fault is NpgsqlException or TimeoutException)
        {
            logger.DeliveriesStopped(fault.GetBaseException().Message, _pauseAfterFault);
            return _pauseAfterFault;
        }
    }

    private async Task Deliver(Parcel parcel, CancellationToken stop)
    {
        await Task.Yield();
        try
        {
            var started = time.GetUtcNow().UtcDateTime;
            var problem = await Attempt(parcel, stop);
            var ended = time.GetUtcNow().UtcDateTime;
            if (problem is not null && stop.IsCancellationRequested)
            {
                await deliveries.Release(parcel, CancellationToken.None);
                return;
            }
            var pause = problem is null ? null : _plan.After(parcel.Attempts + 1, RandomNumberGenerator.GetInt32(1000) / 1000.0);
            await deliveries.Attempted(parcel, started, ended, problem, ended + pause, CancellationToken.None);
            Count(parcel, problem, pause);
        }
        catch (Exception fault) when (fault is NpgsqlException or TimeoutException) // the claim ends by itself, and it is delivered again
        {
            logger.DeliveriesStopped(fault.GetBaseException().Message, settings.Reports.Timeout);
        }
        finally
        {
            bell.Ring(); // there may be more for the same place
        }
    }

    /// <returns>Why it did not arrive; null: it did.</returns>
    private async Task<string?> Attempt(Parcel parcel, CancellationToken stop)
    {
        var limit = settings.Reports.Timeout;
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stop);
        patience.CancelAfter(limit);
        try
        {
            await _ways[parcel.Target.Kind].Send(parcel, patience.Token).WaitAsync(patience.Token); // whatever it waits for, we do not
            return null;
        }
        catch (OperationCanceledException)
        {
            return FormattableString.Invariant($"It did not take it within {limit.TotalSeconds:0.#} seconds.");
        }
#pragma warning disable CA1031 // mail and web servers fail in every way there is; whatever it is, it did not arrive
        catch (Exception fault)
#pragma warning restore CA1031
        {
            return Sentence(fault);
        }
    }

    private static string Sentence(Exception fault)
    {
        for (var cause = fault; cause is not null; cause = cause.InnerException)
        {
            if (cause is DeliveryException)
                return cause.Message;
            if (cause is SocketException)
                return $"It cannot be reached: {cause.Message}.";
        }
        var words = fault.Message.ReplaceLineEndings(" ").TrimEnd();
        return words.Length <= 500 ? words : words[..500] + "…";
    }

    private void Count(Parcel parcel, string? problem, TimeSpan? pause)
    {
        if (problem is null)
        {
            Meters.Deliveries.Add(1);
            return;
        }
        Meters.DeliveryFaults.Add(1);
        if (pause is null)
            logger.GivenUp(parcel.Content.Name, parcel.Target.Description, parcel.Attempts + 1, problem);
        else
            logger.NotDelivered(parcel.Content.Name, parcel.Target.Description, problem, pause.Value);
    }
}
