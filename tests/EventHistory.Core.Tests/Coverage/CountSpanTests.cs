using EventHistory.Core.Coverage;
using FsCheck;
using FsCheck.Fluent;

namespace EventHistory.Core.Tests.Coverage;

public sealed class CountSpanTests
{
    private static string[] Cover(string from, string to) =>
        [.. CountSpan.Cover(new Period(DateTime.Parse(from, null, System.Globalization.DateTimeStyles.AdjustToUniversal), DateTime.Parse(to, null, System.Globalization.DateTimeStyles.AdjustToUniversal)))
            .Select(tile => FormattableString.Invariant($"{tile.Span} {tile.Of.From:MM-dd HH:mm}–{tile.Of.To:MM-dd HH:mm}"))];

    [Fact]
    public void A_short_range_is_looked_at_in_minutes() =>
        Assert.Equal(["60 11-21 10:17–11-21 13:06"], Cover("2026-11-21T10:17:30Z", "2026-11-21T13:05:01Z"));

    [Fact]
    public void A_day_is_mostly_hours() => Assert.Equal(
        ["60 11-20 10:17–11-20 11:00", "3600 11-20 11:00–11-21 10:00", "60 11-21 10:00–11-21 10:17"],
        Cover("2026-11-20T10:17:00Z", "2026-11-21T10:17:00Z"));

    [Fact]
    public void A_year_is_mostly_days() => Assert.Equal(
        ["3600 11-20 10:00–11-21 00:00", "86400 11-21 00:00–11-21 00:00", "3600 11-21 00:00–11-21 10:00", "60 11-21 10:00–11-21 10:17"],
        Cover("2025-11-20T10:00:00Z", "2026-11-21T10:17:00Z"));

    [Fact]
    public void Every_minute_of_a_range_is_covered_once() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(300),
        Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), seed =>
        {
            var random = new Random(seed);
            var from = new DateTime(random.NextInt64(DateTime.UnixEpoch.Ticks, Given.At("10:00:00").Ticks), DateTimeKind.Utc);
            var range = new Period(from, from.AddSeconds(Math.Exp(random.NextDouble() * 19)));

            var tiles = CountSpan.Cover(range);

            Assert.Equal(CountSpan.Start(range.From, CountSpan.Minute), tiles[0].Of.From);
            Assert.InRange(tiles[^1].Of.To, range.To, range.To.AddMinutes(1));
            Assert.All(tiles.Zip(tiles.Skip(1)), pair => Assert.Equal(pair.First.Of.To, pair.Second.Of.From));
            Assert.All(tiles, tile => Assert.Equal((tile.Of.From, tile.Of.To), (CountSpan.Start(tile.Of.From, tile.Span), CountSpan.Start(tile.Of.To, tile.Span))));
            Assert.True(tiles.Sum(tile => tile.Of.Length.TotalSeconds / tile.Span) < 2 * (360 + 144) + (range.Length.TotalDays + 1));
        }));
}
