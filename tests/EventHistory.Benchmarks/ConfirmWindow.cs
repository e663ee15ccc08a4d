namespace EventHistory.Benchmarks;

/// <summary>What was published on a channel and is not yet confirmed, by its number there. The publisher adds, the connection confirms.</summary>
internal sealed class ConfirmWindow
{
    private const int Size = 16 * 1024; // messages; waiting for each 2,000 left the broker idle for half of the time

    private readonly LoadMessage?[] _messages = new LoadMessage?[Size];
    private readonly Lock _lock = new();
    private ulong _first = 1; // the oldest one unconfirmed, or the next one if there is none
    private ulong _next = 1;
    private bool _broken;
    private TaskCompletionSource? _changed;

    /// <summary>Waits until there is room for one more.</summary>
    /// <returns>False: the channel is broken.</returns>
    public ValueTask<bool> Room(CancellationToken ct)
    {
        lock (_lock)
        {
            if (!_broken && _next - _first < Size)
                return new(true);
        }
        return AtMost(Size / 2, ct);
    }

    /// <summary>Waits until everything is confirmed.</summary>
    /// <returns>False: the channel is broken.</returns>
    public ValueTask<bool> Empty(CancellationToken ct) => AtMost(0, ct);

    public void Add(LoadMessage message)
    {
        lock (_lock)
            _messages[_next++ % Size] = message;
    }

    public void Confirm(ulong number, bool andAllBefore)
    {
        lock (_lock)
        {
            for (var n = andAllBefore ? _first : number; n <= number; n++)
                _messages[n % Size] = null;
            while (_first < _next && _messages[_first % Size] is null)
                _first++;
            _changed?.TrySetResult();
        }
    }

    /// <summary>The channel will confirm nothing more.</summary>
    public void Break()
    {
        lock (_lock)
        {
            _broken = true;
            _changed?.TrySetResult();
        }
    }

    /// <returns>In the order they were published.</returns>
    public List<LoadMessage> Unconfirmed()
    {
        lock (_lock)
        {
            var left = new List<LoadMessage>();
            for (var n = _first; n < _next; n++)
            {
                if (_messages[n % Size] is { } message)
                    left.Add(message);
            }
            return left;
        }
    }

    private async ValueTask<bool> AtMost(ulong unconfirmed, CancellationToken ct)
    {
        while (true)
        {
            Task changed;
            lock (_lock)
            {
                if (_broken || _next - _first <= unconfirmed)
                    return !_broken;
                _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
                changed = _changed.Task;
            }
            await changed.WaitAsync(ct);
        }
    }
}
