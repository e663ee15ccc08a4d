using System.Threading.Channels;
using EventHistory.Core.Queries;
using EventHistory.Queries;

namespace EventHistory.Api;

/// <summary>
/// One client of a <see cref="LiveTail"/>, between the tail that offers events and the connection that takes them. What waits for
/// the connection is bounded: a client that does not keep up is given up, and no other one, nor recording, notices it.
/// </summary>
/// <param name="after">The last position it has seen.</param>
internal sealed class LiveReader(LiveQuery query, long after)
{
    private const int MostWaiting = 5000;
    private const long MostBytes = 8_000_000;

    private readonly Channel<byte[]> _frames = Channel.CreateBounded<byte[]>(new BoundedChannelOptions(MostWaiting) { SingleReader = true, SingleWriter = true });
    private long _waitingBytes;

    public bool NeedsNames => query.NeedsNames;

    /// <summary>Why nothing more comes; null: more may come.</summary>
    public LiveEnd? End { get; private set; }

    public bool Wants(RecordedEvent e, string? name) => End is null && e.Position > after && query.Wants(e.Event, name);

    public void Offer(byte[] frame)
    {
        if (Interlocked.Add(ref _waitingBytes, frame.Length) > MostBytes || !_frames.Writer.TryWrite(frame))
            Finish(LiveEnd.Slow);
    }

    public void Finish(LiveEnd end)
    {
        End ??= end;
        _frames.Writer.TryComplete();
    }

    /// <returns>False: nothing waits at the moment, or ever again.</returns>
    public bool TryTake(out byte[] frame)
    {
        if (!_frames.Reader.TryRead(out frame!))
            return false;
        Interlocked.Add(ref _waitingBytes, -frame.Length);
        return true;
    }

    /// <summary>Waits until there is something to take, or an end.</summary>
    /// <returns>False: there was neither for so long.</returns>
    public async Task<bool> Wait(TimeSpan patience, CancellationToken ct)
    {
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limited.CancelAfter(patience);
        try
        {
            await _frames.Reader.WaitToReadAsync(limited.Token);
            return true;
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return false;
        }
    }
}
