using System.Buffers.Binary;
using System.Security.Cryptography;
using EventHistory.Core.Tasks;

namespace EventHistory.Core.Tests.Tasks;

public sealed class KnownTasksTests
{
    private const int Million = 1_000_000;

    // Keys as somebody might make them: at random, in a row, or so that they differ only here or there
    private static readonly Dictionary<string, Func<int, Guid>> _kinds = new()
    {
        ["random"] = n => new Guid(SHA256.HashData(BitConverter.GetBytes(n)).AsSpan(0, 16)),
        ["counted at the end"] = n => Key(0, (ulong)n),
        ["counted at the start"] = n => Key((ulong)n << 32, 0x4000),
        ["counted in both halves"] = n => Key((ulong)n, (ulong)n),
        ["counted against each other"] = n => Key((ulong)n, ulong.MaxValue - (ulong)n),
        ["multiples of a large power"] = n => Key((ulong)n << 44, (ulong)n << 40),
        ["version 7, one millisecond"] = n => Key(0x0192_F3A4_5B6C_7000, 0x8000_0000_0000_0000 + (ulong)n),
    };

    public static TheoryData<string> Kinds => [.. _kinds.Keys];

    private static Guid Key(ulong first, ulong second)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, first);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], second);
        return new Guid(bytes, bigEndian: true);
    }

    [Fact]
    public void Nothing_is_known_at_first() => Assert.False(new KnownTasks().MayContain(_kinds["random"](1)));

    /// <summary>Expected or not: more than were announced only add layers.</summary>
    [Theory]
    [MemberData(nameof(Kinds))]
    public void What_was_added_is_never_denied(string kind)
    {
        var tasks = new KnownTasks();
        for (var i = 0; i < 300_000; i++)
            tasks.Add(_kinds[kind](i));
        for (var i = 0; i < 300_000; i++)
            Assert.True(tasks.MayContain(_kinds[kind](i)));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void What_was_not_added_is_rarely_claimed(string kind)
    {
        var tasks = new KnownTasks(Million);
        for (var i = 0; i < Million; i++)
            tasks.Add(_kinds[kind](i));
        Assert.InRange(WrongAnswers(tasks, _kinds[kind]), 0, 0.03);
        Assert.InRange(tasks.Bytes, 0, Million * 10 / 8 * 9 / 8);
    }

    /// <summary>An estimate is never exact, and a layer of three times all of it would be most of the memory that the process may take.</summary>
    [Fact]
    public void Some_more_than_were_expected_have_room()
    {
        var tasks = new KnownTasks(10 * Million);
        var (bytes, key) = (tasks.Bytes, _kinds["counted in both halves"]);
        for (var i = 0; i < 11 * Million; i++)
            tasks.Add(key(i));
        Assert.Equal(bytes, tasks.Bytes);
        for (var i = 11 * Million; i < 13 * Million; i++)
            tasks.Add(key(i));
        Assert.InRange(tasks.Bytes, bytes + 1, 2 * bytes);
    }

    [Fact]
    public void It_may_be_ten_times_as_many_as_were_expected()
    {
        var tasks = new KnownTasks();
        for (var i = 0; i < Million; i++)
            tasks.Add(_kinds["counted at the end"](i));
        Assert.InRange(WrongAnswers(tasks, _kinds["counted at the end"]), 0, 0.05); // each layer errs on its own
        Assert.InRange(tasks.Bytes, Million * 10 / 8, 2 * Million * 10 / 8);
    }

    [Fact]
    public void It_never_takes_more_memory_than_it_may()
    {
        var tasks = new KnownTasks(10_000L * Million);
        Assert.InRange(tasks.Bytes, KnownTasks.MaxBytes - 64, KnownTasks.MaxBytes);
        for (var i = 0; i < 100_000; i++)
            tasks.Add(_kinds["random"](i));
        Assert.True(Enumerable.Range(0, 100_000).All(i => tasks.MayContain(_kinds["random"](i))));
        Assert.InRange(tasks.Bytes, KnownTasks.MaxBytes - 64, KnownTasks.MaxBytes);
    }

    private static double WrongAnswers(KnownTasks tasks, Func<int, Guid> key) =>
        Enumerable.Range(Million, 200_000).Count(i => tasks.MayContain(key(i))) / 200_000.0;
}
