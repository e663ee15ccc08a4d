namespace EventHistory.Core.Queries;

/// <summary>How wide the buckets of a count over time are. They begin at whole multiples of it since 1970, UTC; weeks on Thursdays.</summary>
public static class BucketWidth
{
    /// <summary>What may be asked for, and what is chosen from.</summary>
    public static readonly IReadOnlyList<(string Text, TimeSpan Width)> All =
    [
        ("1m", TimeSpan.FromMinutes(1)), ("5m", TimeSpan.FromMinutes(5)), ("15m", TimeSpan.FromMinutes(15)), ("30m", TimeSpan.FromMinutes(30)),
        ("1h", TimeSpan.FromHours(1)), ("3h", TimeSpan.FromHours(3)), ("6h", TimeSpan.FromHours(6)), ("12h", TimeSpan.FromHours(12)),
        ("1d", TimeSpan.FromDays(1)), ("7d", TimeSpan.FromDays(7)), ("30d", TimeSpan.FromDays(30)), ("360d", TimeSpan.FromDays(360)),
    ];

    /// <summary>Ends the sentence "… is not a bucket:".</summary>
    public static string Rule => $"there are {string.Join(", ", All.Select(b => b.Text))}; leave it out to have one chosen";

    public static TimeSpan? Parse(string text) => All.Where(b => b.Text == text).Select(b => (TimeSpan?)b.Width).FirstOrDefault();

    /// <summary>The narrowest that gives no more buckets than this; for a range of centuries a multiple of the widest.</summary>
    public static TimeSpan Choose(DateTime from, DateTime to, int most)
    {
        foreach (var (_, width) in All)
        {
            if ((to - from) / width <= most - 2) // the first and the last may be there in part
                return width;
        }
        return All[^1].Width * Math.Ceiling((to - from) / All[^1].Width / (most - 2));
    }

    /// <summary>When the bucket began in which an instant lies.</summary>
    public static DateTime Start(DateTime at, TimeSpan width)
    {
        var ticks = (at - DateTime.UnixEpoch).Ticks;
        return new DateTime(Math.Max(at.Ticks - (((ticks % width.Ticks) + width.Ticks) % width.Ticks), 0), DateTimeKind.Utc);
    }
}
