using System.Security.Cryptography;
using EventHistory.Core.Celery;
using EventHistory.Settings;
using EventHistory.Store;

namespace EventHistory.Ingest;

/// <summary>
/// Messages that are stored in one transaction: their events, what could not be read, and where the stream stands behind them.
/// Our own events come behind these. One without any of it only brings rows up to date.
/// </summary>
/// <param name="pool">Gives the events, and takes them back.</param>
internal sealed class Batch(EventPool? pool = null)
{
    private readonly List<RejectedMessage> _rejected = [];
    private readonly List<(StreamGap Gap, int EventsBefore)> _gaps = [];
    private readonly List<BatchSegment> _segments = [];
    private readonly List<BodyMemory.Slab> _slabs = [];
    private Delivery? _last;

    public List<CeleryEvent> Events { get; private set; } = pool?.List() ?? [];

    public IReadOnlyList<RejectedMessage> Rejected => _rejected;

    /// <summary>And how many of the batch's events came before each.</summary>
    public IReadOnlyList<(StreamGap Gap, int EventsBefore)> Gaps => _gaps;

    /// <summary>The events in the segments that hold them; no message is in two.</summary>
    public IReadOnlyList<BatchSegment> Segments => _segments;

    /// <summary>Those that came from nobody; they are not among the <see cref="Events"/>, for they are not folded and say nothing of the stream.</summary>
    public IReadOnlyList<OwnEvent> Own { get; set; } = [];

    public int Messages { get; private set; }

    /// <summary>Bytes of message bodies.</summary>
    public long Bytes { get; private set; }

    public required int Epoch { get; init; }

    /// <summary>When it was begun, if nothing more came before it was ended; null: more was waiting.</summary>
    public DateTime? DrainedAt { get; set; }

    /// <summary>True if it ended because there was too much for one batch: more waits, and rows of open tasks can wait, too.</summary>
    public bool IsFull { get; set; }

    /// <summary>Null if there are no messages, as the next two.</summary>
    public long? LastOffset => _last?.Offset;

    public ulong? LastTag => _last?.Tag;

    /// <summary>SHA-256 of the last message's body: what tells later that the stream is still the same one.</summary>
    public byte[]? LastDigest() => _last is null ? null : SHA256.HashData(_last.Body.Span);

    public bool Reaches(BatchSettings bounds) => Events.Count >= bounds.Events || Bytes >= bounds.Bytes || Messages >= bounds.Events;

    public void Add(StreamGap gap) => _gaps.Add((gap, Events.Count));

    public void Add(Delivery delivery)
    {
        _last = delivery;
        if (delivery.Slab is { } slab)
            _slabs.Add(slab);
        Messages++;
        Bytes += delivery.Body.Length;
        if (delivery.IsMarker)
            return;
        var before = Events.Count;
        var rejection = Message.Decode(delivery.ContentType, delivery.ContentEncoding, delivery.Compression, delivery.Body, Events, pool);
        if (rejection is not null)
            Reject(delivery, rejection, Events.Count - before);
        if (Events.Count > before)
            Extend(delivery.Offset, before);
    }

    /// <summary>For a message that the database itself refuses although we could read it.</summary>
    public void Reject(Delivery delivery, Rejection rejection, int eventsKept = 0) =>
        _rejected.Add(new RejectedMessage(delivery.Offset, rejection.Reason, eventsKept, JsonText.Storable(delivery.RoutingKey),
            delivery.Properties(), delivery.Body));

    /// <summary>The same place in the stream, with its one message rejected instead of recorded.</summary>
    public Batch Instead(Rejection rejection)
    {
        var batch = new Batch { Epoch = Epoch, DrainedAt = DrainedAt };
        (batch.Messages, batch._last) = (Messages, _last);
        batch._gaps.AddRange(_gaps.Select(gap => (gap.Gap, 0)));
        batch.Reject(_last!, rejection);
        return batch;
    }

    /// <summary>The events are folded, and nobody looks at them again.</summary>
    public void ReleaseEvents()
    {
        pool?.Return(Events);
        Events = [];
    }

    /// <summary>The batch is committed, and nobody holds a piece of its messages.</summary>
    public void ReleaseMessages()
    {
        foreach (var slab in _slabs)
            slab.Release();
        _slabs.Clear();
    }

    private void Extend(long offset, int firstEvent)
    {
        var bytes = 0;
        for (var i = firstEvent; i < Events.Count; i++)
            bytes += Events[i].Json.Length;
        var last = _segments.Count > 0 ? _segments[^1] : null;
        if (last is null || last.EventCount >= BatchSegment.MaxEvents || last.Bytes >= BatchSegment.MaxBytes)
            _segments.Add(new BatchSegment(firstEvent, Events.Count - firstEvent, offset, offset, bytes));
        else
            _segments[^1] = last with { EventCount = Events.Count - last.FirstEvent, LastOffset = offset, Bytes = last.Bytes + bytes };
    }
}
