using EventHistory.Core.Celery;
using EventHistory.Core.Tasks;

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
        "0280A0D1C7CDB1B006" + "0E" + "78563412" + "05" + "CA01" + "05" + "0900" + "10" + "01000000" + "05" + "CA01" + "00" + "04",
        Convert.ToHexString(StampCodec.Write(
        [
            new Stamp(new DateTime(2026, 11, 21, 10, 0, 0, DateTimeKind.Utc), EventKind.TaskReceived, 7, 0x12345678, "h", 101, -3),
            new Stamp(new DateTime(2026, 11, 21, 10, 0, 0, DateTimeKind.Utc), EventKind.TaskCustom, 8, 1, "h", 101, 0, "task-x"),
        ], text => text == "h" ? 5 : 4)));

    [Fact]
    public void No_stamps_are_no_bytes() => Assert.Empty(StampCodec.Read(StampCodec.Write([], _ => 0), _ => ""));

    [Fact]
    public void A_stamp_takes_about_twenty_bytes()
    {
        var stamps = Given.SampleEvents("celery-events.jsonl").Select(Stamp.Of).OfType<Stamp>().ToList();
        Assert.InRange(StampCodec.Write(stamps, _ => 1000).Length / stamps.Count, 12, 22);
    }
}
