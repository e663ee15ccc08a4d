using System.Buffers;
using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using EventHistory.Core.Celery;
using EventHistory.Core.Log;
using EventHistory.Store;

namespace EventHistory.Projections;

/// <summary>The log of a source with its events decoded, some segments ahead of who folds them: on another processor, if there is one.</summary>
internal sealed class DecodedLog(LogReader log, int source)
{
    private const int Ahead = 4; // a segment is 1,000 events or 1 MB

    private readonly ConcurrentQueue<EventPool> _pools = new();

    /// <summary>The events of a segment are there until the next one is asked for; its body, which folds keep slices of, belongs to the caller.</summary>
    public async IAsyncEnumerable<DecodedSegment> Read(long from, long to, [EnumeratorCancellation] CancellationToken ct)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var decoded = Channel.CreateBounded<DecodedSegment>(Ahead);
        var decoding = Task.Run(() => Decode(from, to, decoded.Writer, stop.Token), CancellationToken.None);
        try
        {
            await foreach (var segment in decoded.Reader.ReadAllAsync(ct))
            {
                yield return segment;
                segment.Pool.Return(segment.Events);
                _pools.Enqueue(segment.Pool);
            }
            await decoding; // with what went wrong
        }
        finally
        {
            await stop.CancelAsync();
            await decoding.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task Decode(long from, long to, ChannelWriter<DecodedSegment> decoded, CancellationToken ct)
    {
        try
        {
            await foreach (var segment in log.Read(source, from, to, ct))
            {
                var body = ArrayPool<byte>.Shared.Rent(segment.Body.Length);
                segment.Body.CopyTo(body);
                var kept = segment with { Body = body.AsMemory(0, segment.Body.Length) };
                var pool = _pools.TryDequeue(out var used) ? used : new EventPool();
                var events = pool.List();
                EventDecoder.Decode(kept.Body, events, pool);
                await decoded.WriteAsync(new DecodedSegment(kept, body, events, pool), ct);
            }
        }
        finally
        {
            decoded.Complete();
        }
    }
}

/// <param name="Body">From <see cref="ArrayPool{T}.Shared"/>; the segment's body is its beginning.</param>
/// <param name="Pool">Where the events came from.</param>
internal sealed record DecodedSegment(LogSegment Segment, byte[] Body, List<CeleryEvent> Events, EventPool Pool);
