using EventHistory.Store;
using Npgsql;

namespace EventHistory.Ingest;

/// <summary>
/// Our own events on their way into the log of a source. They are looked for once a second, beside the recording, and what is found is
/// taken with the next batch; while that is under way nothing more is looked for, so nothing is taken twice.
/// </summary>
internal sealed class OwnEventInbox(NpgsqlDataSource database, int source, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan _pause = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private CancellationTokenSource _arrival = new();
    private List<OwnEvent> _waiting = [];
    private bool _isUnderWay;

    /// <summary>Is cancelled when something waits, and anew for each time: who waits for messages need not any longer.</summary>
    public CancellationToken Arrival
    {
        get
        {
            lock (_gate)
                return _arrival.Token;
        }
    }

    /// <summary>What waits, if anything does; say when it is <see cref="Recorded"/>.</summary>
    public IReadOnlyList<OwnEvent> Take()
    {
        lock (_gate)
        {
            if (_waiting.Count == 0)
                return [];
            var taken = _waiting;
            _arrival.Dispose();
            (_waiting, _arrival) = ([], new CancellationTokenSource());
            return taken;
        }
    }

    /// <summary>What was taken is in the log.</summary>
    public void Recorded()
    {
        lock (_gate)
            _isUnderWay = false;
    }

    /// <summary>Looks for them until it is cancelled.</summary>
    public async Task Watch(CancellationToken ct)
    {
        using var beat = new PeriodicTimer(_pause, time);
        while (!ct.IsCancellationRequested)
        {
            try
            {
                await beat.WaitForNextTickAsync(ct);
                if (!IsUnderWay)
                    Put(await OwnEventRows.Waiting(database, source, ct));
            }
            catch (Exception fault) when (fault is NpgsqlException or TimeoutException or OperationCanceledException)
            {
                // asked to stop; or the database is away: if that lasts, the recording itself tells of it
            }
        }
    }

    public void Dispose() => _arrival.Dispose();

    private bool IsUnderWay
    {
        get
        {
            lock (_gate)
                return _isUnderWay;
        }
    }

    private void Put(List<OwnEvent> found)
    {
        if (found.Count == 0)
            return;
        lock (_gate)
        {
            (_waiting, _isUnderWay) = (found, true);
            _arrival.Cancel();
        }
    }
}
