using System.Numerics;
using System.Runtime.InteropServices;

namespace EventHistory.Core.Tasks;

/// <summary>
/// Answers "may this task have a row already?" from memory, so that a new task costs no look-up however many there are: a
/// blocked Bloom filter over task keys. "No" is certain; "yes" is wrong for about one new task in a hundred, and then a look-up
/// decides. 10 bits a key: 10 million tasks take 14 MB. Beyond <see cref="MaxBytes"/>
/// it errs more and more often, which costs look-ups and nothing else; a new term of the writer reads the keys again, at the right size.
/// </summary>
public sealed class KnownTasks
{
    /// <summary>Room for some 50 million keys.</summary>
    public const long MaxBytes = 64L * 1024 * 1024;

    private const long FewBytes = 8 * 1024 * 1024;
    private const int BitsPerKey = 10;
    private const int BitsSet = 6;
    private const int WordsPerBlock = 8; // 64 bytes: one line of the processor's cache

    private readonly List<ulong[]> _layers = [];
    private long _room;

    /// <param name="expected">
    /// How many keys there will be, about; an eighth more have room. Still more add layers, each of which errs by itself: three times all before it, or as
    /// large as those where they are large.
    /// </param>
    public KnownTasks(long expected = 0) => Grow(Math.Max(expected + (expected / 8), 100_000));

    /// <summary>What it takes in memory.</summary>
    public long Bytes { get; private set; }

    public void Add(Guid key)
    {
        if (_room-- <= 0)
            Grow((Bytes < FewBytes ? 3 : 1) * Bytes * 8 / BitsPerKey);
        var (block, bits) = Hash(key);
        var layer = _layers[^1];
        var start = Block(layer, block);
        for (var i = 0; i < BitsSet; i++, bits >>= 9)
            layer[start + (int)((bits >> 6) & 7)] |= 1UL << (int)(bits & 63);
    }

    public bool MayContain(Guid key)
    {
        var (block, bits) = Hash(key);
        foreach (var layer in _layers)
        {
            if (Holds(layer, Block(layer, block), bits))
                return true;
        }
        return false;
    }

    private static bool Holds(ulong[] layer, int start, ulong bits)
    {
        for (var i = 0; i < BitsSet; i++, bits >>= 9)
        {
            if ((layer[start + (int)((bits >> 6) & 7)] & (1UL << (int)(bits & 63))) == 0)
                return false;
        }
        return true;
    }

    private void Grow(long keys)
    {
        var bytes = Math.Min(keys * BitsPerKey / 8, MaxBytes - Bytes);
        _room = long.MaxValue; // full: the last layer takes what comes
        if (bytes < 64 * 1024)
            return;
        _layers.Add(new ulong[bytes / 64 * WordsPerBlock]);
        Bytes += bytes / 64 * 64;
        _room = keys;
    }

    private static int Block(ulong[] layer, ulong hash) => (int)Math.BigMul(hash, (ulong)(layer.Length / WordsPerBlock), out _) * WordsPerBlock;

    // Ids may be made with a purpose, or in sequence: both halves go through a full mix
    private static (ulong Block, ulong Bits) Hash(Guid key)
    {
        var halves = MemoryMarshal.Cast<Guid, ulong>(MemoryMarshal.CreateReadOnlySpan(ref key, 1));
        var first = Mix.Bits(halves[0] ^ BitOperations.RotateLeft(halves[1], 29));
        return (first, Mix.Bits(first + halves[1]));
    }
}
