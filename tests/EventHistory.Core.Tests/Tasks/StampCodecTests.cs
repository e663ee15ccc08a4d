using System.Buffers;
using EventHistory.Core.Celery;
using EventHistory.Core.Tasks;
using FsCheck;
using FsCheck.Fluent;

namespace EventHistory.Core.Tests.Tasks;

public sealed class StampCodecTests
{
    private static readonly Stamp[] _odd =
    [
        new(DateTime.UnixEpoch, EventKind.TaskSent, 0, 0, "", 0, -2),
        new(DateTime.UnixEpoch.AddTicks(10), EventKind.TaskReceived, long.MinValue, 1, "celery@w1", int.MinValue, int.MaxValue),
        new(Given.At("10:00:00.123456"), EventKind.TaskCustom, long.MaxValue, uint.MaxValue, "", int.MaxValue, 0, "task-größe"),
        new(Given.At("10:00:00.123456"), EventKind.TaskCancelled, -1, 7, "w", -1, 0),
        new(new DateTime(9999, 1, 1, 0, 0, 0, DateTimeKind.Utc), EventKind.TaskRevoked, 5, 6, "celery@w1", 1, 3),
    ];

    [Fact]
    public void What_is_written_is_read_again()
    {
        var labels = new List<string> { "celery@w1", "", "w", "task-größe" };
        var bytes = StampCodec.Write(_odd, labels.IndexOf);
        var read = StampCodec.Read(bytes, number => labels[number]);
        Assert.Equal(_odd, read);
        Assert.All(read, stamp => Assert.Equal(DateTimeKind.Utc, stamp.At.Kind));
        Assert.Equal([1, 0, 1, 3, 2, 0], StampCodec.Labels(bytes));
    }

    /// <summary>The bytes are stored: a change of this text is a change of the format.</summary>
    [Fact]
    public void The_format_is_fixed() => Assert.Equal(
        "0280A0D1C7CDB1B006" + "0E" + "78563412" + "05" + "CA01" + "05" + "C900" + "02" + "01000000" + "04",
        Convert.ToHexString(StampCodec.Write(
        [
            new Stamp(new DateTime(2026, 11, 21, 10, 0, 0, DateTimeKind.Utc), EventKind.TaskReceived, 7, 0x12345678, "h", 101, -3),
            new Stamp(new DateTime(2026, 11, 21, 10, 0, 0, DateTimeKind.Utc), EventKind.TaskCustom, 8, 1, "h", 101, 0, "task-x"),
        ], text => text == "h" ? 5 : 4)));

    [Fact]
    public void No_stamps_are_no_bytes() => Assert.Empty(StampCodec.Read(StampCodec.Write([], _ => 0), _ => ""));

    [Fact]
    public void Whatever_is_written_is_read_again() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(2000), Prop.ForAll(_stamp.ListOf().ToArbitrary(), stamps =>
    {
        var labels = new List<string>();
        var bytes = StampCodec.Write(stamps, text => LargeNumber(labels, text));
        Assert.Equal(stamps, StampCodec.Read(bytes, number => labels[int.MaxValue - number]));
        Assert.True(bytes.Length <= stamps.Count * 48);
        Assert.Equal(labels.Order(StringComparer.Ordinal), StampCodec.Labels(bytes).Select(number => labels[int.MaxValue - number]).Distinct().Order(StringComparer.Ordinal));
    }));

    [Fact]
    public void It_writes_behind_what_is_there_already()
    {
        var bytes = new ArrayBufferWriter<byte>();
        bytes.Write("before"u8);
        StampCodec.Write(_odd, _ => 3, bytes);
        Assert.Equal([.. "before"u8, .. StampCodec.Write(_odd, _ => 3)], bytes.WrittenSpan);
    }

    [Fact]
    public void A_stamp_takes_about_fourteen_bytes()
    {
        var tasks = Given.SampleEvents("celery-events.jsonl").Where(e => e.TaskId is not null).GroupBy(e => e.TaskId, Stamp.Of)
            .Select(stamps => stamps.OfType<Stamp>().Order().ToList()).ToList();
        Assert.InRange(tasks.Sum(stamps => StampCodec.Write(stamps, _ => 1000).Length) / (double)tasks.Sum(stamps => stamps.Count), 12, 16);
    }

    private static int LargeNumber(List<string> labels, string text)
    {
        if (!labels.Contains(text))
            labels.Add(text);
        return int.MaxValue - labels.IndexOf(text);
    }

    // Half of each kind of number at its limits, where the difference to the one before does not fit
    private static readonly Gen<Stamp> _stamp =
        from micros in Gen.OneOf(Gen.Elements(0L, 1L, 1_795_247_729_905_477L, 253_370_764_799_999_999L), Int64().Select(n => (n & long.MaxValue) % 253_370_764_800_000_000L))
        from kind in Gen.Elements(Enum.GetValues<EventKind>().Where(kind => kind.IsTask()).ToArray())
        from clock in Gen.OneOf(Gen.Elements(0L, 1L, -1L, long.MinValue, long.MaxValue), Int64())
        from fingerprint in Gen.OneOf(Gen.Elements(0u, uint.MaxValue), Int64().Select(n => (uint)n))
        from host in Gen.Elements("", "celery@w1", "celery@w2", "größe")
        from pid in Gen.OneOf(Gen.Elements(0, 1, -1, int.MinValue, int.MaxValue), Gen.Choose(0, 99_999))
        from detail in Gen.OneOf(Gen.Elements(0, 1, -1, -4, int.MinValue, int.MaxValue), Gen.Choose(0, 99))
        from type in Gen.Elements("task-x", "task-größe")
        select new Stamp(DateTime.UnixEpoch.AddTicks(micros * 10), kind, clock, fingerprint, host, pid, detail, kind == EventKind.TaskCustom ? type : null);

    private static Gen<long> Int64() => Gen.Zip(Gen.Choose(int.MinValue, int.MaxValue), Gen.Choose(int.MinValue, int.MaxValue))
        .Select(halves => ((long)halves.Item1 << 32) | (uint)halves.Item2);
}
