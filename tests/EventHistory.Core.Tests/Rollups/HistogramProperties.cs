using EventHistory.Core.Rollups;
using FsCheck;
using FsCheck.Fluent;

namespace EventHistory.Core.Tests.Rollups;

/// <summary>A histogram is a function of the set of its durations, and each of its percentiles is right to 1 %.</summary>
public sealed class HistogramProperties
{
    private static readonly double[] _percentiles = [0, 0.001, 0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999, 1];

    // Seconds, from microseconds to years
    private static readonly Func<Random, double>[] _distributions =
    [
        random => random.NextDouble() * 10,
        random => 0.25,
        random => random.Next(20) * 0.05,
        random => 0.1 * Math.Exp(Normal(random)),
        random => 30 * Math.Exp(3 * Normal(random)),
        random => 1e-6 - (Math.Log(1 - random.NextDouble()) * 0.002),
        random => 0.001 * Math.Pow(1 - random.NextDouble(), -2),
        random => random.Next(2) == 0 ? 0.003 + random.NextDouble() * 1e-4 : 3_600 + random.NextDouble(),
        random => Math.Pow(10, random.NextDouble() * 14 - 6),
        random => random.Next(1_000, 20_000) * 1e-9,
        random => 1e-6 + random.NextDouble() * 1e-7,
        random => 1e7 + random.NextDouble() * 1e8,
    ];

    private static void ForAnySeed(int tests, Action<int> property) =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(tests), Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), property));

    [Fact]
    public void A_percentile_is_right_to_one_percent() => ForAnySeed(1000, seed =>
    {
        var durations = Durations(new Random(seed));
        var histogram = Of(durations);
        durations.Sort();
        foreach (var p in _percentiles)
        {
            var exact = durations[Math.Max((int)Math.Ceiling(p * durations.Count), 1) - 1];
            Assert.InRange(histogram.Percentile(p)!.Value, exact * 0.99, exact * 1.01);
        }
    });

    [Fact]
    public void Halves_add_up_to_the_whole_in_any_order() => ForAnySeed(1000, seed =>
    {
        var random = new Random(seed);
        var durations = Durations(random);
        var whole = Of(durations);
        var halves = durations.OrderBy(_ => random.Next()).GroupBy(_ => random.Next(3)).Select(Of).ToList();
        var merged = new Histogram();
        foreach (var half in halves)
        {
            if (random.Next(2) == 0)
                merged.Merge(half);
            else
                merged.Merge(half.ToBytes());
        }
        Assert.Equal(whole.ToBytes(), merged.ToBytes());
        Assert.Equal(durations.Count, merged.Count);
    });

    [Fact]
    public void What_was_added_can_be_taken_away() => ForAnySeed(1000, seed =>
    {
        var random = new Random(seed);
        var (stay, go) = (Durations(random), Durations(random));
        var histogram = Of(stay);
        foreach (var duration in go.OrderBy(_ => random.Next()))
            histogram.Add(duration);
        foreach (var duration in go.OrderBy(_ => random.Next()))
            histogram.Add(duration, -1);
        Assert.Equal(Of(stay).ToBytes(), histogram.ToBytes());
        foreach (var duration in stay)
            histogram.Add(duration, -1);
        Assert.True(histogram.IsEmpty);
        Assert.Empty(histogram.ToBytes());
    });

    [Fact]
    public void What_is_written_is_read_again() => ForAnySeed(1000, seed =>
    {
        var random = new Random(seed);
        var histogram = Of(Durations(random));
        for (var i = random.Next(20); i > 0; i--)
            histogram.Add(Math.Pow(10, random.NextDouble() * 24 - 12), random.NextInt64() >> random.Next(63));
        var read = Histogram.FromBytes(histogram.ToBytes());
        Assert.Equal(histogram.Count, read.Count);
        Assert.Equal(histogram.ToBytes(), read.ToBytes());
    });

    private static List<double> Durations(Random random)
    {
        var distribution = _distributions[random.Next(_distributions.Length)];
        return [.. Enumerable.Range(0, 1 + (int)Math.Pow(10, random.NextDouble() * 3.3)).Select(_ => distribution(random))];
    }

    private static Histogram Of(IEnumerable<double> durations)
    {
        var histogram = new Histogram();
        foreach (var duration in durations)
            histogram.Add(duration);
        return histogram;
    }

    private static double Normal(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
