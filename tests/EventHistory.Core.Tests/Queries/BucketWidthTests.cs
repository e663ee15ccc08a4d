using EventHistory.Core.Queries;

namespace EventHistory.Core.Tests.Queries;

public sealed class BucketWidthTests
{
    [Theory]
    [InlineData(1, 60)]
    [InlineData(60, 60)]
    [InlineData(60 * 24, 1800)]
    [InlineData(60 * 24 * 30, 12 * 3600)]
    [InlineData(60 * 24 * 365, 7 * 86400)]
    public void The_narrowest_is_chosen_that_gives_not_too_many(int minutes, int seconds)
    {
        var to = Given.At("10:17:03");
        Assert.Equal(TimeSpan.FromSeconds(seconds), BucketWidth.Choose(to.AddMinutes(-minutes), to, 62));
    }

    [Fact]
    public void All_of_time_has_no_more_buckets_than_asked_for()
    {
        var width = BucketWidth.Choose(DateTime.MinValue, DateTime.MaxValue, 62);
        Assert.InRange((DateTime.MaxValue - BucketWidth.Start(DateTime.MinValue.AddDays(width.TotalDays), width)) / width, 30, 62);
    }

    [Fact]
    public void A_bucket_begins_at_a_multiple_of_its_width()
    {
        Assert.Equal(Given.At("10:15:00"), BucketWidth.Start(Given.At("10:17:03"), TimeSpan.FromMinutes(15)));
        Assert.Equal(Given.At("00:00:00"), BucketWidth.Start(Given.At("10:17:03"), TimeSpan.FromDays(1)));
        Assert.Equal(new DateTime(1969, 12, 31, 23, 0, 0, DateTimeKind.Utc), BucketWidth.Start(DateTime.UnixEpoch.AddTicks(-1), TimeSpan.FromHours(1)));
    }
}
