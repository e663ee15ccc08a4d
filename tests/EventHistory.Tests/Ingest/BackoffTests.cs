using EventHistory.Ingest;
using EventHistory.Settings;

namespace EventHistory.Tests.Ingest;

public sealed class BackoffTests
{
    private static readonly BackoffSettings _bounds = new() { First = TimeSpan.FromSeconds(1), Max = TimeSpan.FromSeconds(10) };

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(4, 8)]
    [InlineData(5, 10)]
    [InlineData(1_000_000, 10)]
    public void Pauses_double_up_to_the_longest(int failures, double seconds)
    {
        Assert.Equal(TimeSpan.FromSeconds(seconds), Backoff.Pause(_bounds, failures, random: 1));
        Assert.Equal(TimeSpan.FromSeconds(seconds / 2), Backoff.Pause(_bounds, failures, random: 0));
    }
}
