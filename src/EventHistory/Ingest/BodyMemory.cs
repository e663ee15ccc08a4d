using System.Collections.Concurrent;

namespace EventHistory.Ingest;

/// <summary>
/// Memory for message bodies, used again and again: a body lives from its delivery to its commit, which is too long to be cheap
/// for the garbage collector. One thread takes, another gives back.
/// </summary>
internal sealed class BodyMemory
{
    private const int SlabBytes = 1024 * 1024;
    private const int MaxBody = SlabBytes / 4; // a larger one has memory of its own

    private readonly ConcurrentBag<Slab> _free = [];
    private Slab? _current;

    /// <summary>A copy of the body.</summary>
    public Body Take(ReadOnlySpan<byte> body)
    {
        if (body.Length > MaxBody)
            return new Body(body.ToArray(), null);
        if (_current is null || !_current.HasRoom(body.Length))
        {
            _current?.Release();
            _current = _free.TryTake(out var free) ? free : new Slab(this, SlabBytes);
            _current.Begin();
        }
        return _current.Take(body);
    }

    /// <summary>So much memory, until the last body in it is given back.</summary>
    internal sealed class Slab(BodyMemory owner, int size)
    {
        private readonly byte[] _bytes = new byte[size];
        private int _used;
        private int _bodies; // and one while it is being filled

        public void Begin() => (_used, _bodies) = (0, 1);

        public bool HasRoom(int length) => _used + length <= _bytes.Length;

        public Body Take(ReadOnlySpan<byte> body)
        {
            var copy = _bytes.AsMemory(_used, body.Length);
            body.CopyTo(copy.Span);
            _used += body.Length;
            Interlocked.Increment(ref _bodies);
            return new Body(copy, this);
        }

        public void Release()
        {
            if (Interlocked.Decrement(ref _bodies) == 0)
                owner._free.Add(this);
        }
    }
}

/// <summary>A message's bytes.</summary>
/// <param name="Slab">What to release when nobody reads them any more; null: nothing.</param>
internal readonly record struct Body(ReadOnlyMemory<byte> Bytes, BodyMemory.Slab? Slab);
