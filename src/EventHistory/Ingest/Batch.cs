using System.Security.Cryptography;
using EventHistory.Core.Celery;
using EventHistory.Settings;
using EventHistory.Store;

namespace EventHistory.Ingest;

/// <summary>Messages that are stored in one transaction: their events, what could not be read, and where the stream stands behind them.</summary>
internal sealed class Batch
{
    private readonly List<RejectedMessage> _rejected = [];
    private readonly List<StreamGap> _gaps = [];
    private Delivery? _last;

    public List<CeleryEvent> Events { get; } = [];

    public IReadOnlyList<RejectedMessage> Rejected => _rejected;

    public IReadOnlyList<StreamGap> Gaps => _gaps;

    public int Messages { get; private set; }

    /// <summary>Bytes of message bodies.</summary>
    public long Bytes { get; private set; }

    public bool IsEmpty => _last is null;

    public required int Epoch { get; init; }

    public long FirstOffset { get; private set; }

    public long LastOffset => _last!.Offset;

    public ulong LastTag => _last!.Tag;

    /// <summary>SHA-256 of the last message's body: what tells later that the stream is still the same one.</summary>
    public byte[] LastDigest() => SHA256.HashData(_last!.Body);

    public bool IsFull(BatchSettings bounds) => Events.Count >= bounds.Events || Bytes >= bounds.Bytes || Messages >= bounds.Events;

    public void Add(StreamGap gap) => _gaps.Add(gap);

    public void Add(Delivery delivery)
    {
        if (_last is null)
            FirstOffset = delivery.Offset;
        _last = delivery;
        Messages++;
        Bytes += delivery.Body.Length;
        if (delivery.IsMarker)
            return;
        var before = Events.Count;
        var rejection = Message.Decode(delivery.ContentType, delivery.ContentEncoding, delivery.Compression, delivery.Body, Events);
        if (rejection is not null)
            Reject(delivery, rejection, Events.Count - before);
    }

    /// <summary>For a message that the database itself refuses although we could read it.</summary>
    public void Reject(Delivery delivery, Rejection rejection, int eventsKept = 0) =>
        _rejected.Add(new RejectedMessage(delivery.Offset, rejection.Reason, eventsKept, JsonText.Storable(delivery.RoutingKey),
            delivery.Properties(), delivery.Body));

    /// <summary>The same place in the stream, with its one message rejected instead of recorded.</summary>
    public Batch Instead(Rejection rejection)
    {
        var batch = new Batch { Epoch = Epoch };
        (batch.FirstOffset, batch.Messages, batch._last) = (FirstOffset, Messages, _last);
        batch._gaps.AddRange(_gaps);
        batch.Reject(_last!, rejection);
        return batch;
    }
}
