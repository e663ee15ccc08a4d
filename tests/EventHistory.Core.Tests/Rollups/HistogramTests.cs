using EventHistory.Core.Rollups;

namespace EventHistory.Core.Tests.Rollups;

public sealed class HistogramTests
{
    /// <summary>The bytes are stored: a change of this text is a change of the format.</summary>
    [Fact]
    public void The_format_is_fixed()
    {
        var histogram = new Histogram();
        Assert.Empty(histogram.ToBytes());
        histogram.Add(0);
        Assert.Equal("00", Convert.ToHexString(histogram.ToBytes()));
        histogram.Add(1e-9, 2);
        Assert.Equal("00" + "0304", Convert.ToHexString(histogram.ToBytes()));
        histogram.Add(1);
        histogram.Add(1, 99);
        histogram.Add(double.MaxValue);
        Assert.Equal("00" + "0304" + "ED18" + "C801" + "921B", Convert.ToHexString(histogram.ToBytes()));
        histogram.Add(1e-9, -3);
        Assert.Equal("00" + "0301" + "ED18" + "C801" + "921B", Convert.ToHexString(histogram.ToBytes()));
    }

    [Fact]
    public void A_share_is_of_those_that_are_no_longer()
    {
        var histogram = new Histogram();
        Assert.Null(histogram.Share(1));
        for (var seconds = 1; seconds <= 10; seconds++)
            histogram.Add(seconds);
        Assert.Equal([0, 0.1, 0.1, 0.5, 1, 1], new[] { 0.5, 1, 1.5, 5, 10, 1e12 }.Select(histogram.Share).OfType<double>());
    }

    [Fact]
    public void Extreme_counts_survive()
    {
        var histogram = new Histogram();
        histogram.Add(1, long.MaxValue);
        histogram.Add(2, long.MinValue);
        var read = Histogram.FromBytes(histogram.ToBytes());
        Assert.Equal(histogram.ToBytes(), read.ToBytes());
        Assert.Equal(-1, read.Count);
    }

    [Theory]
    [InlineData("80")]
    [InlineData("01")]
    [InlineData("0180")]
    [InlineData("8234")]
    [InlineData("FFFFFFFFFFFFFFFFFF01")]
    [InlineData("FFFFFFFFFFFFFFFFFFFF01")]
    public void Other_bytes_are_refused(string hex) =>
        Assert.Throws<InvalidDataException>(() => Histogram.FromBytes(Convert.FromHexString(hex)));

    [Fact]
    public void A_percentile_is_the_duration_of_that_rank()
    {
        var histogram = new Histogram();
        Assert.Null(histogram.Percentile(0.5));
        for (var i = 1; i <= 100; i++)
            histogram.Add(i * 1e-9);
        Assert.Equal(1e-9, histogram.Percentile(0));
        Assert.Equal(1e-9, histogram.Percentile(0.01));
        Assert.Equal(2e-9, histogram.Percentile(0.011));
        Assert.Equal(50e-9, histogram.Percentile(0.5));
        Assert.Equal(95e-9, histogram.Percentile(0.95));
        Assert.Equal(100e-9, histogram.Percentile(1));
        Assert.Throws<ArgumentOutOfRangeException>(() => histogram.Percentile(1.1));
        Assert.Throws<ArgumentOutOfRangeException>(() => histogram.Percentile(double.NaN));
    }

    [Fact]
    public void What_is_taken_away_before_it_was_counted_is_nothing_in_the_end()
    {
        var histogram = new Histogram();
        histogram.Add(0.5, -1);
        Assert.False(histogram.IsEmpty);
        Assert.Equal(-1, histogram.Count);
        Assert.Null(histogram.Percentile(0.5));
        histogram.Add(0.5);
        Assert.True(histogram.IsEmpty);
        Assert.Empty(histogram.ToBytes());
    }
}
