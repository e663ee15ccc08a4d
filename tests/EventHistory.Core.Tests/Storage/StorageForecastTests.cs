using EventHistory.Core.Storage;

namespace EventHistory.Core.Tests.Storage;

public sealed class StorageForecastTests
{
    private static readonly DateTime _first = Given.At("00:00:00");

    private static List<StoragePoint> Days(params double[] gigabytes) => [.. gigabytes.Select((size, day) => new StoragePoint(_first.AddDays(day), (long)(size * 1e9)))];

    [Fact]
    public void It_goes_on_as_it_went()
    {
        var forecast = StorageForecast.Of(Days(10, 11, 12, 13), free: 41_000_000_000);

        Assert.Equal(1e9, forecast.BytesPerDay!.Value, 1.0);
        Assert.Equal(_first.AddDays(3 + 41), forecast.FullAt!.Value, TimeSpan.FromSeconds(1));
    }

    [Fact]
    public void Only_the_last_two_weeks_count()
    {
        var forecast = StorageForecast.Of(Days([.. Enumerable.Repeat(1.0, 30), .. Enumerable.Range(0, 15).Select(day => 1.0 + (day * 2))]), free: 2_000_000_000);

        Assert.Equal(2e9, forecast.BytesPerDay!.Value, 1.0);
    }

    [Fact]
    public void What_does_not_grow_is_never_full_and_what_is_unknown_stays_unknown()
    {
        Assert.Equal((0, (DateTime?)null), (StorageForecast.Of(Days(3, 3), 1).BytesPerDay!.Value, StorageForecast.Of(Days(3, 3), 1).FullAt));
        Assert.Null(StorageForecast.Of(Days(5, 4, 3), 1).FullAt);
        Assert.Null(StorageForecast.Of(Days(3, 4), null).FullAt);
        Assert.Null(StorageForecast.Of(Days(3), 1).BytesPerDay);
        Assert.Null(StorageForecast.Of([], 1).BytesPerDay);
        Assert.Null(StorageForecast.Of([new(_first, 1), new(_first.AddHours(1), 1_000_000)], 1).BytesPerDay); // an hour tells nothing about a day
        Assert.Null(StorageForecast.Of(Days(3, 3.000000001), long.MaxValue).FullAt); // in a thousand years, or not
    }

    [Fact]
    public void What_is_full_is_full_now() => Assert.Equal(_first.AddDays(1), StorageForecast.Of(Days(3, 4), free: -5).FullAt);
}
