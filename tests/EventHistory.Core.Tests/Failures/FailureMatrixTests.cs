using EventHistory.Core.Failures;

namespace EventHistory.Core.Tests.Failures;

public sealed class FailureMatrixTests
{
    private static readonly DateTime _now = new(2026, 11, 21, 10, 0, 30, DateTimeKind.Utc);

    [Fact]
    public void Stretches_cover_the_longest_window_once_and_end_with_the_present_minute()
    {
        var stretches = FailureMatrix.Stretches(_now).ToList();

        Assert.Equal(FailureMatrix.Windows.Count, stretches.Count);
        Assert.Equal(new DateTime(2026, 11, 21, 10, 1, 0, DateTimeKind.Utc), stretches[0].To);
        Assert.Equal(TimeSpan.FromDays(30), stretches[0].To - stretches[^1].From);
        Assert.All(stretches.Zip(stretches.Skip(1)), pair => Assert.Equal(pair.First.From, pair.Second.To));
    }

    [Fact]
    public void A_failure_counts_in_every_window_that_holds_it()
    {
        var matrix = FailureMatrix.Of(
        [
            new("shop.pay", "KeyError", "a", 0, 1),   // within the last hour
            new("shop.pay", "KeyError", "b", 2, 10),  // 3 to 24 hours ago
            new("shop.pay", "OSError", "c", 5, 100),  // 7 to 30 days ago
            new("shop.mail", "OSError", "c", 5, 1000),
        ]);

        Assert.Equal(["shop.mail", "shop.pay"], matrix.Names.Select(n => n.Name));
        Assert.Equal([1, 1, 11, 11, 11, 1111], matrix.Total);
        Assert.Equal([1, 1, 11, 11, 11, 111], matrix.Names[1].Failed);
        var (os, key) = (matrix.Names[1].Types[0], matrix.Names[1].Types[1]);
        Assert.Equal(("OSError", "KeyError"), (os.Type, key.Type));
        Assert.Equal([0, 0, 0, 0, 0, 100], os.Failed);
        Assert.Equal(["a", "b"], key.Groups);
    }

    [Fact]
    public void Messages_that_differ_in_numbers_only_are_one_variant()
    {
        var variants = MessageVariant.Of(["KeyError('a 1')", "order 17 is gone", "order 4 is gone", "order 5 is late"]);

        Assert.Equal([("order 17 is gone", 2), ("KeyError('a 1')", 1), ("order 5 is late", 1)], variants.Select(v => (v.Sample, v.Count)));
    }
}
