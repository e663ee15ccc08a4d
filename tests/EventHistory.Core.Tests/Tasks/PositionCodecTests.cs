using System.Buffers;
using EventHistory.Core.Tasks;
using FsCheck;
using FsCheck.Fluent;

namespace EventHistory.Core.Tests.Tasks;

public sealed class PositionCodecTests
{
    private static byte[] Written(params IReadOnlyList<long> positions)
    {
        var bytes = new ArrayBufferWriter<byte>();
        PositionCodec.Write(positions, bytes);
        return bytes.WrittenSpan.ToArray();
    }

    /// <summary>The bytes are stored, and SQL reads them: a change of this text is a change of the format.</summary>
    [Fact]
    public void The_format_is_fixed()
    {
        Assert.Equal("0101018001FF01", Convert.ToHexString(Written(1, 2, 3, 131, 386)));
        Assert.Equal("FFFFFFFFFFFFFFFF7F", Convert.ToHexString(Written(long.MaxValue)));
        Assert.Empty(Written());
    }

    [Fact]
    public void Whatever_is_written_is_read_again() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(1000), Prop.ForAll(_positions.ToArbitrary(), positions =>
        Assert.Equal(positions, PositionCodec.Read(Written(positions)))));

    [Fact]
    public void Four_events_of_a_busy_log_take_some_ten_bytes() =>
        Assert.InRange(Written(1_000_000_000, 1_000_003_000, 1_000_003_500, 1_000_020_000).Length, 8, 12);

    private static readonly Gen<List<long>> _positions = Gen.Choose(0, 62).SelectMany(bits => Gen.Choose(0, int.MaxValue).Select(n => 1 + (((long)n << 31) & ((1L << bits) - 1))))
        .ListOf().Select(distances =>
        {
            var positions = new List<long>();
            foreach (var distance in distances)
            {
                if (long.MaxValue - distance >= positions.LastOrDefault())
                    positions.Add(positions.LastOrDefault() + distance);
            }
            return positions;
        });
}
