using System.Buffers.Binary;
using System.Security.Cryptography;
using EventHistory.Core.Rollups;

namespace EventHistory.Core.Tests.Rollups;

/// <summary>Histograms of many years are stored in this layout: nothing here may ever change.</summary>
public sealed class HistogramLayoutTests
{
    [Theory]
    [InlineData(double.NaN, 0, 0, 0, 0)]
    [InlineData(double.NegativeInfinity, 0, 0, 0, 0)]
    [InlineData(-1, 0, 0, 0, 0)]
    [InlineData(0, 0, 0, 0, 0)]
    [InlineData(0.5e-9, 0, 0, 0, 0)]
    [InlineData(1.5e-9, 2, 2, 2, 2)]
    [InlineData(1e-6, 1_000, 317, 1_000, 1_004)]
    [InlineData(0.001, 1_000_000, 954, 999_424, 1_003_520)]
    [InlineData(0.123456, 123_456_000, 1_397, 122_683_392, 123_207_680)]
    [InlineData(1, 1_000_000_000, 1_591, 998_244_352, 1_002_438_656)]
    [InlineData(60, 60_000_000_000, 1_967, 59_592_671_232, 59_861_106_688)]
    [InlineData(3_600, 3_600_000_000_000, 2_344, 3_573_412_790_272, 3_590_592_659_456)]
    [InlineData(86_400, 86_400_000_000_000, 2_638, 85_761_906_966_528, 86_311_662_780_416)]
    [InlineData(1e8, 100_000_000_000_000_000, 3_288, 99_079_191_802_150_912, 99_642_141_755_572_224)]
    [InlineData(144_115_188.0, 144_115_188_000_000_000, 3_327, 142_989_288_169_013_248, 143_552_238_122_434_560)]
    [InlineData(144_115_189.0, 1L << 57, 3_328, 1L << 57, 1L << 57)]
    [InlineData(1e300, 1L << 57, 3_328, 1L << 57, 1L << 57)]
    [InlineData(double.PositiveInfinity, 1L << 57, 3_328, 1L << 57, 1L << 57)]
    public void A_duration_has_its_bucket_for_ever(double seconds, long nanoseconds, int bucket, long lowest, long middle)
    {
        Assert.Equal(nanoseconds, HistogramLayout.Nanoseconds(seconds));
        Assert.Equal(bucket, HistogramLayout.Bucket(nanoseconds));
        Assert.Equal(lowest, HistogramLayout.Lowest(bucket));
        Assert.Equal(middle, HistogramLayout.Middle(bucket));
    }

    [Fact]
    public void All_bounds_and_middles_are_the_ones_of_the_first_day()
    {
        using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var number = new byte[8];
        for (var bucket = 0; bucket <= HistogramLayout.Overflow; bucket++)
        {
            BinaryPrimitives.WriteInt64LittleEndian(number, HistogramLayout.Lowest(bucket));
            sha.AppendData(number);
            BinaryPrimitives.WriteInt64LittleEndian(number, HistogramLayout.Middle(bucket));
            sha.AppendData(number);
        }
        Assert.Equal("5B8E88D6BAABD9263AC9F9655150F6B06BBAB6160A0C63B9B81E68BC354F26BE", Convert.ToHexString(sha.GetHashAndReset()));
    }

    [Fact]
    public void Buckets_follow_each_other_without_a_gap()
    {
        for (var bucket = 1; bucket <= HistogramLayout.Overflow; bucket++)
        {
            Assert.Equal(bucket, HistogramLayout.Bucket(HistogramLayout.Lowest(bucket)));
            Assert.Equal(bucket - 1, HistogramLayout.Bucket(HistogramLayout.Lowest(bucket) - 1));
            Assert.Equal(bucket, HistogramLayout.Bucket(HistogramLayout.Middle(bucket)));
        }
        Assert.Equal(HistogramLayout.Overflow, HistogramLayout.Bucket(HistogramLayout.Limit));
    }

    /// <summary>The bound that the comments and docs/rollups.md state, at both ends of every bucket, before they were rounded to nanoseconds.</summary>
    [Fact]
    public void A_middle_is_within_a_hundredth_of_all_its_bucket_holds()
    {
        var worst = 0.0;
        for (var bucket = HistogramLayout.Bucket(1_000); bucket < HistogramLayout.Overflow; bucket++)
        {
            var lowest = HistogramLayout.Lowest(bucket) - 0.5;
            var highest = HistogramLayout.Lowest(bucket + 1) - 0.5;
            var middle = HistogramLayout.Middle(bucket);
            worst = Math.Max(worst, Math.Max((middle - lowest) / lowest, (highest - middle) / highest));
        }
        Assert.InRange(worst, 0.0078, 0.0084);
        for (var bucket = 0; bucket < HistogramLayout.Bucket(1_000); bucket++)
            Assert.InRange(HistogramLayout.Middle(bucket) - HistogramLayout.Lowest(bucket), 0, 4);
    }
}
