using EventHistory.Jobs;

namespace EventHistory.Tests.Jobs;

public sealed class CronScheduleTests
{
    [Theory]
    [InlineData("30 6 * * 1-5", "Europe/Berlin", "2026-11-23T05:30:00Z")] // 1 is Monday, as in crontab
    [InlineData("0 30 6 ? * MON-FRI", "Europe/Berlin", "2026-11-23T05:30:00Z")]
    [InlineData("0 0 * * *", null, "2026-11-22T00:00:00Z")]
    [InlineData("@daily", "UTC", "2026-11-22T00:00:00Z")]
    [InlineData("30 2 29 3 *", "Europe/Berlin", "2027-03-29T00:30:00Z")] // summer time
    public void It_is_due_when_the_clocks_of_its_zone_say_so(string cron, string? zone, string next)
    {
        var (schedule, problem) = CronSchedule.Parse(cron, zone);

        Assert.Null(problem);
        Assert.Equal(DateTime.Parse(next, null, System.Globalization.DateTimeStyles.AdjustToUniversal),
            schedule!.After(new DateTimeOffset(2026, 11, 21, 12, 0, 0, TimeSpan.Zero)));
    }

    [Theory]
    [InlineData("", null)]
    [InlineData("60 * * * *", null)]
    [InlineData("* * * *", null)]
    [InlineData("daily", null)]
    [InlineData("0 0 31 2 *", null)]
    [InlineData("0 0 0 1 1 ? 2020", null)]
    [InlineData("0 0 * * *", "Berlin")]
    [InlineData("0 0 * * *", "../../etc/passwd")]
    public void What_never_comes_or_is_nowhere_is_refused_with_a_sentence(string cron, string? zone)
    {
        var (schedule, problem) = CronSchedule.Parse(cron, zone);

        Assert.Null(schedule);
        Assert.EndsWith(".", problem, StringComparison.Ordinal);
    }
}
