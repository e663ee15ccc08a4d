using System.Security.Cryptography;
using EventHistory.Store;
using RabbitMQ.Client;

namespace EventHistory.Ingest;

/// <summary>Where reading goes on, and what that means.</summary>
/// <param name="Offset">For the subscription: <c>first</c> or the offset after the last one recorded.</param>
/// <param name="Epoch">Of the messages to come.</param>
/// <param name="After">The last offset recorded in this epoch; null: none.</param>
internal sealed record ResumePoint(object Offset, int Epoch, long? After);

/// <summary>
/// Finds out whether the stream is still the one that the database remembers:
/// <list type="number">
/// <item>nothing recorded yet → read from the first message;</item>
/// <item>the stream ends before the last recorded offset → it was deleted and made anew: a new epoch, from the first message;</item>
/// <item>the message at that offset is another one → made anew and grown since: a new epoch, too;</item>
/// <item>that message is the one we recorded, or is gone because the stream was cut → go on behind it.</item>
/// </list>
/// </summary>
internal static class StreamContinuity
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(30);

    public static async Task<ResumePoint> Check(IConnection connection, string stream, SourceState source, CancellationToken ct)
    {
        if (source.LastOffset is not { } last)
            return new ResumePoint("first", source.Epoch, null);

        var end = await StreamMarker.Publish(connection, stream, ct);
        if (end <= last || !await StillHolds(connection, stream, last, source.LastDigest!, ct))
            return new ResumePoint("first", source.Epoch + 1, null);
        return new ResumePoint(last + 1, source.Epoch, last);
    }

    // There is a message at or behind this offset, so one will be delivered; a broker that does not is asked again from the start
    private static async Task<bool> StillHolds(IConnection connection, string stream, long offset, byte[] digest, CancellationToken ct)
    {
        await using var channel = await connection.CreateChannelAsync(cancellationToken: ct);
        await using var subscription = await StreamSubscription.Open(channel, stream, offset, prefetch: 1, ct);
        var delivery = await subscription.Take(ct).AsTask().WaitAsync(_patience, ct);
        return delivery.Offset != offset || SHA256.HashData(delivery.Body.Span).AsSpan().SequenceEqual(digest);
    }
}
