using System.Buffers;
using System.IO.Pipelines;
using EventHistory.Core.Queries;
using EventHistory.Queries;

namespace EventHistory.Api;

/// <summary>
/// One client's stream from its first byte to its last: what it has missed, read from the log at the client's own pace; then what
/// comes in, from the tail that all share; and at the end always the reason.
/// </summary>
/// <param name="names">Its own, for what it catches up with.</param>
internal sealed class LiveStream(FollowQueries log, LiveTail tail, TaskNames names, LogEnd of, LiveQuery query, PipeWriter output)
{
    private const int Enough = 64 * 1024;

    private static readonly TimeSpan _silence = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan _breath = TimeSpan.FromMilliseconds(50);

    /// <param name="aborted">The client is gone.</param>
    /// <param name="stopping">We are going.</param>
    public async Task Run(CancellationToken aborted, CancellationToken stopping)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(aborted, stopping);
        LiveEnd end;
        try
        {
            end = await Follow(stop.Token);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            end = LiveEnd.Stopping;
        }
        catch (Exception e) when (QueryFault.Of(e) is { } fault)
        {
            end = LiveEnd.Failed(fault.Sentence);
        }
        if (!aborted.IsCancellationRequested)
            await Send(EventFrame.End(end), aborted);
    }

    private async Task<LiveEnd> Follow(CancellationToken ct)
    {
        var after = query.After ?? of.Last;
        await Send(EventFrame.Start(after), ct);
        var reader = await CatchUp(after, ct);
        try
        {
            return await Live(reader, ct);
        }
        finally
        {
            tail.Leave(reader);
        }
    }

    private async Task<LiveReader> CatchUp(long position, CancellationToken ct)
    {
        for (var upTo = of.Last; ; upTo = tail.Position)
        {
            while (position < upTo)
            {
                var (events, lookedAt) = await log.Behind(of.Source, position, upTo, query.Filter.Types, ct);
                var named = query.NeedsNames ? await names.Of(of.Source, events, ct) : null;
                for (var i = 0; i < events.Count; i++)
                {
                    if (query.Wants(events[i].Event, named?[i]))
                        await Write(EventFrame.Of(events[i]), ct);
                }
                position = lookedAt;
                await Send(EventFrame.StillThere(position), ct);
                if (position < upTo)
                    await Task.Delay(_breath, ct); // a long way: others want to read and write, too
            }
            var reader = new LiveReader(query, position);
            if (tail.Join(reader, Math.Min(position, upTo))) // a client may claim to know the future
                return reader;
        }
    }

    private async Task<LiveEnd> Live(LiveReader reader, CancellationToken ct)
    {
        while (true)
        {
            var position = tail.Position; // before looking: what was offered up to there has been taken if nothing waits
            if (reader.End is { } end)
                return end;
            if (reader.TryTake(out var frame))
            {
                do
                    await Write(frame, ct);
                while (reader.End is null && reader.TryTake(out frame));
                await output.FlushAsync(ct);
            }
            else if (!await reader.Wait(_silence, ct))
            {
                await Send(EventFrame.StillThere(position), ct);
            }
        }
    }

    // waits for a client that takes its time: then it is the reader's room that fills, and not our memory
    private async Task Write(byte[] frame, CancellationToken ct)
    {
        output.Write(frame);
        if (output.UnflushedBytes >= Enough)
            await output.FlushAsync(ct);
    }

    private async Task Send(byte[] frame, CancellationToken ct)
    {
        output.Write(frame);
        await output.FlushAsync(ct);
    }
}
