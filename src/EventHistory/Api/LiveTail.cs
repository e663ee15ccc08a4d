using EventHistory.Queries;

namespace EventHistory.Api;

/// <summary>
/// Follows the log of one source for all who look at it live: one reader of the database, however many clients. It reads only while there
/// is somebody, asks for the end of the log several times a second (that works on a standby too, and costs recording nothing), and
/// takes a breath between large steps, so that in a backlog it lags instead of competing with the recorder.
/// </summary>
internal sealed class LiveTail(FollowQueries log, TaskNames names, int source, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan _breath = TimeSpan.FromMilliseconds(50);

    private readonly Lock _lock = new();
    private readonly List<LiveReader> _readers = [];
    private bool _isFollowing;
    private long _position;

    /// <summary>Up to here, all readers have been offered everything.</summary>
    public long Position => Interlocked.Read(ref _position);

    /// <summary>Lets a reader in that has seen everything up to a position.</summary>
    /// <returns>False: the tail is further, and the reader has to catch up with <see cref="Position"/> first.</returns>
    public bool Join(LiveReader reader, long position)
    {
        lock (_lock)
        {
            if (_isFollowing && position < _position)
                return false;
            _readers.Add(reader);
            if (_isFollowing)
                return true;
            (_isFollowing, _position) = (true, position);
        }
        _ = Task.Run(Follow);
        return true;
    }

    public void Leave(LiveReader reader)
    {
        lock (_lock)
            _readers.Remove(reader);
    }

    private async Task Follow()
    {
        while (HasReaders())
        {
            try
            {
                await Task.Delay(await Step(), time);
            }
            catch (Exception fault) when (fault is not OperationCanceledException) // whatever it is: the clients are told, and come back
            {
                logger.LiveEnded(fault.GetBaseException().Message);
                End(LiveEnd.Failed(QueryFault.Of(fault)?.Sentence ?? "The log could not be read."));
            }
        }
    }

    private bool HasReaders()
    {
        lock (_lock)
            return _isFollowing = _readers.Count > 0;
    }

    /// <returns>How long to wait before the next step.</returns>
    private async Task<TimeSpan> Step()
    {
        var last = await log.Last(source, CancellationToken.None);
        if (last <= Position)
            return _pause;
        var (events, lookedAt) = await log.Behind(source, Position, last, types: [], CancellationToken.None);
        var named = AnyNeedsNames() ? await names.Of(source, events, CancellationToken.None) : null;
        lock (_lock) // whoever joins now joins behind these events
        {
            if (named is null && _readers.Exists(r => r.NeedsNames))
                return TimeSpan.Zero; // it has come in the meantime: once more, with names
            for (var i = 0; i < events.Count; i++)
                Offer(events[i], named?[i]);
            Interlocked.Exchange(ref _position, lookedAt);
        }
        return lookedAt < last ? _breath : _pause;
    }

    private void Offer(RecordedEvent e, string? name)
    {
        byte[]? frame = null;
        foreach (var reader in _readers)
        {
            if (reader.Wants(e, name))
                reader.Offer(frame ??= EventFrame.Of(e));
        }
    }

    private bool AnyNeedsNames()
    {
        lock (_lock)
            return _readers.Exists(r => r.NeedsNames);
    }

    private void End(LiveEnd end)
    {
        lock (_lock)
        {
            foreach (var reader in _readers)
                reader.Finish(end);
            _readers.Clear();
        }
    }
}
