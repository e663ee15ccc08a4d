using EventHistory.Core.Queries;
using Quartz;

namespace EventHistory.Jobs;

/// <summary>When work is due: a cron expression and the zone whose clocks it is read by.</summary>
/// <param name="Cron">As it was given: five fields as in crontab, six or seven as Quartz has them (seconds first), or a word such as <c>@daily</c>.</param>
/// <param name="TimeZone">An IANA name, such as Europe/Berlin.</param>
internal sealed record CronSchedule(string Cron, string TimeZone)
{
    public const int MaxCron = 120;

    public const string CronRule = "five fields (minute, hour, day of month, month, day of week) such as \"30 6 * * 1-5\", or six with seconds first";

    /// <param name="cron">See <see cref="Cron"/>.</param>
    /// <param name="timeZone">Null: UTC.</param>
    public static Parsed<CronSchedule> Parse(string cron, string? timeZone)
    {
        cron = cron.Trim();
        if (cron.Length is 0 or > MaxCron || Expression(cron) is null)
            return new(null, $"\"{cron}\" is no cron expression: write {CronRule}.");
        var zone = timeZone is null or "" ? "UTC" : timeZone.Trim();
        if (!TimeZoneInfo.TryFindSystemTimeZoneById(zone, out _))
            return new(null, $"\"{zone}\" is no time zone: write an IANA name such as Europe/Berlin, or UTC.");
        var schedule = new CronSchedule(cron, zone);
        return schedule.After(DateTimeOffset.UtcNow) is null ? new(null, $"\"{cron}\" never comes again: write {CronRule}.") : new(schedule, null);
    }

    /// <summary>The next time it is due, UTC; null: never again.</summary>
    public DateTime? After(DateTimeOffset time) => InZone().GetNextValidTimeAfter(time)?.UtcDateTime;

    /// <summary>What Quartz reads.</summary>
    public CronExpression InZone() => Expression(Cron)!.WithTimeZone(TimeZoneInfo.FindSystemTimeZoneById(TimeZone));

    private static CronExpression? Expression(string cron)
    {
        var fields = cron.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length;
        return CronExpression.TryParse(cron, fields == 5 ? CronFormat.Unix : CronFormat.Quartz, out var expression) ? expression : null;
    }
}
